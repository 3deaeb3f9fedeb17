// The published JSON Schema of a port's configuration, made from the schema that the configuration is read with.

import { toJsonSchema } from "@valibot/to-json-schema";
import * as addresses from "../src/api/config/address-schema.js";
import { portConfigSchema } from "../src/api/config/port-config-schema.js";
import * as rules from "../src/api/config/rule-schema.js";

/** Text of `port-config.schema.json`. */
export function portConfigJsonSchemaText(): string {
  const { $schema, ...schema } = toJsonSchema(portConfigSchema, {
    typeMode: "input",
    target: "draft-2020-12",
    // That a name has no NUL is checked when it is read.
    ignoreActions: ["excludes"],
    definitions: {
      ipv4Address: addresses.ipv4Schema,
      ipv6Address: addresses.ipv6Schema,
      ipAddress: addresses.ipSchema,
      ipv4Cidr: addresses.ipv4CidrSchema,
      ipv6Cidr: addresses.ipv6CidrSchema,
      cidr: addresses.cidrSchema,
      macAddress: addresses.macSchema,
      domainName: addresses.domainNameSchema,
      vni: addresses.vniSchema,
      firewallRule: rules.firewallRuleSchema,
      route: rules.routerEntrySchema,
    },
  });
  const head = {
    $schema,
    title: "Port of a VPC",
    description: "What parsePortConfig of oxide-vpc/api reads; it checks more than this schema can say.",
  };
  return `${JSON.stringify({ ...head, ...schema }, undefined, 2)}\n`;
}
