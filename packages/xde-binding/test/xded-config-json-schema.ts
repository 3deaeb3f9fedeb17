// The published JSON Schema of the daemon's configuration, made from the schema that the configuration is read with.

import { readFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { xdedConfigSchema } from "../src/daemon/config/xded-config-schema.js";

const portSchema = new URL("../../oxide-vpc/port-config.schema.json", import.meta.url);

/** Text of `xded-config.schema.json`. */
export function xdedConfigJsonSchemaText(): string {
  const { $schema, properties, ...schema } = toJsonSchema(xdedConfigSchema, {
    typeMode: "input",
    target: "draft-2020-12",
    // That a peer's key is an address is checked when it is read.
    ignoreActions: ["check"],
  });
  const port: unknown = JSON.parse(readFileSync(portSchema, "utf8"));
  const whole = {
    $schema,
    title: "Configuration of xded",
    description: "What `xded --config FILE` reads; it checks more than this schema can say.",
    ...schema,
    properties: {
      ...properties,
      ports: {
        type: "array",
        items: { $ref: "port-config.schema.json" },
        description: "Ports that are made if they are missing",
      },
    },
    $defs: { port: Object.assign({ $id: "port-config.schema.json" }, port) },
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
