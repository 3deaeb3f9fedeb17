// Reads a scenario out of its JSON, field by field, so that the rest of the runner need not doubt it.

import { FieldError, FieldReader, type Json, readString } from "./json.js";
import { readExternalIps, readOp } from "./op-reader.js";
import { readResults } from "./result-reader.js";
import { DEFAULT_LIMITS, type LimitName, type Scenario, type ScenarioIpCfg, type ScenarioPort } from "./scenario.js";

const MAX_U32 = 0xffff_ffff;
const MAX_VNI = 0xff_ffff;

/** Reads one scenario. @throws FieldError naming the field that is missing or wrong. */
export function readScenario(json: Json): Scenario {
  const reader = new FieldReader(json, "");
  const setup = reader.list("setup", readOp);
  const steps = reader.list("steps", readOp);
  const expect = reader.object("expect");
  const aborted = expect.has("aborted") && expect.boolean("aborted");
  const expectedSteps = readResults(expect, "steps", steps, aborted);
  return {
    name: reader.string("name"),
    area: reader.string("area"),
    port: readPort(reader.object("port")),
    setup,
    autostart: !reader.has("autostart") || reader.boolean("autostart"),
    steps: steps.slice(0, expectedSteps.length),
    expect: { setup: readResults(expect, "setup", setup, false), steps: expectedSteps, aborted },
  };
}

function readPort(reader: FieldReader): ScenarioPort {
  const ipCfg = reader.object("ip_cfg");
  if (!ipCfg.has("ipv4") && !ipCfg.has("ipv6")) {
    throw new FieldError(reader.pathOf("ip_cfg"), 'must have "ipv4", "ipv6" or both');
  }
  const dhcp = reader.object("dhcp");
  const limits: Record<LimitName, number> = { ...DEFAULT_LIMITS };
  const given = reader.objectOrNull("limits");
  if (given !== null) {
    for (const name of ["uft", "tcp", "firewall", "nat", "gateway", "router", "overlay"] as const) {
      if (given.has(name)) limits[name] = given.integer(name, 1, MAX_U32);
    }
  }
  return {
    name: reader.string("name"),
    ip_cfg: {
      ...(ipCfg.has("ipv4") ? { ipv4: readIpCfg(ipCfg.object("ipv4")) } : {}),
      ...(ipCfg.has("ipv6") ? { ipv6: readIpCfg(ipCfg.object("ipv6")) } : {}),
    },
    guest_mac: reader.string("guest_mac"),
    gateway_mac: reader.string("gateway_mac"),
    vni: reader.integer("vni", 0, MAX_VNI),
    phys_ip: reader.string("phys_ip"),
    mtu: reader.has("mtu") ? reader.integer("mtu", 0, MAX_U32) : 1500,
    dhcp: {
      hostname: dhcp.stringOrNull("hostname"),
      host_domain: dhcp.stringOrNull("host_domain"),
      domain_search_list: dhcp.listOrEmpty("domain_search_list", readString),
      dns4_servers: dhcp.listOrEmpty("dns4_servers", readString),
      dns6_servers: dhcp.listOrEmpty("dns6_servers", readString),
    },
    limits,
  };
}

function readIpCfg(reader: FieldReader): ScenarioIpCfg {
  return {
    vpc_subnet: reader.string("vpc_subnet"),
    private_ip: reader.string("private_ip"),
    gateway_ip: reader.string("gateway_ip"),
    external_ips: readExternalIps(reader.object("external_ips")),
    attached_subnets: reader.listOrEmpty("attached_subnets", (value, path) => {
      const subnet = new FieldReader(value, path);
      return { cidr: subnet.string("cidr"), is_external: subnet.boolean("is_external") };
    }),
    transit_ips: reader.listOrEmpty("transit_ips", (value, path) => {
      const transit = new FieldReader(value, path);
      return {
        cidr: transit.string("cidr"),
        allow_in: transit.boolean("allow_in"),
        allow_out: transit.boolean("allow_out"),
      };
    }),
  };
}
