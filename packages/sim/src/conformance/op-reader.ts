// Reads the operations of a scenario out of their JSON.

import { hexBytes } from "./hex.js";
import { FieldError, FieldReader, type Json, readString } from "./json.js";
import { BARE_OPS, type ScenarioExternalIps, type ScenarioFwRule, type ScenarioOp } from "./scenario.js";

const DIRECTIONS = ["in", "out"] as const;
const MAX_VNI = 0xff_ffff;

/** Reads one operation. @throws FieldError if it is none, or lacks an argument. */
export function readOp(value: Json, path: string): ScenarioOp {
  const reader = new FieldReader(value, path);
  const op = reader.string("op");
  const bare = BARE_OPS.find((each) => each === op);
  if (bare !== undefined) return { op: bare };
  switch (op) {
    case "packet":
      return { op, dir: reader.oneOf("dir", DIRECTIONS), frame: readFrame(reader) };
    case "set_fw_rules":
      return { op, rules: reader.list("rules", (each, at) => readFwRule(new FieldReader(each, at))) };
    case "add_fw_rule":
      return { op, rule: readFwRule(reader.object("rule")) };
    case "rem_fw_rule":
      return { op, dir: reader.oneOf("dir", DIRECTIONS), id: reader.integer("id", 0, Number.MAX_SAFE_INTEGER) };
    case "add_router_entry":
    case "del_router_entry":
      return {
        op,
        dest: reader.string("dest"),
        class: reader.oneOf("class", ["system", "custom"]),
        target: reader.string("target"),
      };
    case "set_v2p":
    case "clear_v2p": {
      const phys = reader.object("phys");
      return {
        op,
        vip: reader.string("vip"),
        phys: { ether: phys.string("ether"), ip: phys.string("ip"), vni: phys.integer("vni", 0, MAX_VNI) },
      };
    }
    case "set_v2b":
    case "clear_v2b":
      return {
        op,
        prefix: reader.string("prefix"),
        tep: reader.list("tep", (each, at) => {
          const tep = new FieldReader(each, at);
          return { ip: tep.string("ip"), vni: tep.integer("vni", 0, MAX_VNI) };
        }),
      };
    case "set_m2p":
      return { op, group: reader.string("group"), underlay: reader.string("underlay") };
    case "clear_m2p":
      return { op, group: reader.string("group") };
    case "set_external_ips":
      return {
        op,
        v4: readFamilyIps(reader, "v4"),
        v6: readFamilyIps(reader, "v6"),
        inet_gw_map: readGateways(reader),
      };
    case "allow_cidr":
    case "remove_cidr":
      return { op, cidr: reader.string("cidr"), dir: reader.oneOf("dir", DIRECTIONS) };
    case "attach_subnet":
      return { op, cidr: reader.string("cidr"), is_external: reader.boolean("is_external") };
    case "detach_subnet":
      return { op, cidr: reader.string("cidr") };
    case "clear_lft":
    case "dump_layer":
    case "layer_stats":
      return { op, layer: reader.string("layer") };
    case "advance":
      return { op, ms: reader.integer("ms", 0, Number.MAX_SAFE_INTEGER) };
    default:
      throw new FieldError(reader.pathOf("op"), `names no operation: "${op}"`);
  }
}

/** Reads the external addresses of one family. */
export function readExternalIps(reader: FieldReader): ScenarioExternalIps {
  const snat = reader.objectOrNull("snat");
  return {
    snat: snat === null ? null : { external_ip: snat.string("external_ip"), ports: readPortRange(snat) },
    ephemeral_ip: reader.stringOrNull("ephemeral_ip"),
    floating_ips: reader.listOrEmpty("floating_ips", readString),
  };
}

function readPortRange(reader: FieldReader): [number, number] {
  const [first, last, ...rest] = reader.list("ports", readPortNumber);
  if (first === undefined || last === undefined || rest.length > 0) {
    throw new FieldError(reader.pathOf("ports"), "must be a first and a last port");
  }
  return [first, last];
}

/** Reads the frame under `hex`. */
export function readFrame(reader: FieldReader): Uint8Array {
  const bytes = hexBytes(reader.string("hex"));
  if (bytes === undefined) throw new FieldError(reader.pathOf("hex"), "must be pairs of hex digits");
  return bytes;
}

function readFwRule(reader: FieldReader): ScenarioFwRule {
  return {
    dir: reader.oneOf("dir", DIRECTIONS),
    priority: reader.integer("priority", 0, 0xffff),
    action: reader.oneOf("action", ["allow", "deny"]),
    hosts: reader.string("hosts"),
    protocol: reader.string("protocol"),
    ports: reader.raw("ports") === "any" ? "any" : reader.list("ports", readPortNumber),
  };
}

function readFamilyIps(reader: FieldReader, key: string): ScenarioExternalIps | null {
  const ips = reader.objectOrNull(key);
  return ips === null ? null : readExternalIps(ips);
}

function readGateways(reader: FieldReader): Record<string, string[]> | null {
  const gateways = reader.objectOrNull("inet_gw_map");
  if (gateways === null) return null;
  return Object.fromEntries(gateways.keys().map((ip) => [ip, gateways.list(ip, readString)]));
}

function readPortNumber(value: Json, path: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new FieldError(path, "must be a port number");
  }
  return value;
}
