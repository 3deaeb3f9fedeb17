import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parsePortConfig, portConfigJson } from "../src/api/index.js";
import { portConfigJsonSchemaText } from "./port-config-json-schema.js";

const file = new URL("../port-config.schema.json", import.meta.url);
const captured: unknown = JSON.parse(readFileSync(new URL("../../sim/captures/port.json", import.meta.url), "utf8"));

/** Validates by the published file. */
function isValid(config: unknown): boolean {
  const schema: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (typeof schema !== "object" || schema === null) throw new Error("The schema is no object");
  return new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).validate(schema, config);
}

/** The captured port with a field changed; `undefined` removes it. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(captured);
  let at: unknown = copy;
  for (const step of path.slice(0, -1)) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  const last = path.at(-1);
  if (typeof at !== "object" || at === null || last === undefined) throw new Error(`There is no ${path.join(".")}`);
  if (value === undefined) Reflect.deleteProperty(at, last);
  else Reflect.set(at, last, value);
  return copy;
}

describe("the published JSON Schema of a port", () => {
  it("is that of the reader (`vitest run -u` writes it anew)", async () => {
    await expect(portConfigJsonSchemaText()).toMatchFileSnapshot(file.pathname);
  });

  it("accepts the captured port, as it was written and with every default filled in", () => {
    expect(isValid(captured)).toBe(true);
    expect(isValid(portConfigJson(parsePortConfig(captured)))).toBe(true);
  });

  it.each([
    ["an IPv6 address with a dotted quad", ["physIp"], "64:ff9b::10.0.0.1"],
    ["a MAC address of short octets", ["guestMac"], "2:0:0:0:0:1"],
    ["a CIDR with host bits", ["routes", 0, "dest"], "10.1.2.3/8"],
    ["a UUID in braces", ["routes", 0, "target", "uuid"], "{70FE3A70-9B0B-4A2D-A5DE-2D4C2D0D0C05}"],
    ["a UUID as a URN", ["routes", 0, "target", "uuid"], "urn:uuid:70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0c05"],
    ["a name beyond ASCII", ["dhcp", "hostname"], "größe.example."],
    ["one limit", ["limits"], { uft: 16 }],
    ["an ICMP filter", ["firewallRules", 0, "filters", "protocol"], { kind: "icmp", filter: { ty: 8 } }],
    ["an underlay group", ["m2p"], [{ group: "224.1.2.3", underlay: "FF04::1" }]],
  ])("accepts %s, as the reader does", (_what, path, value) => {
    const config = changed(path, value);
    expect(() => parsePortConfig(config)).not.toThrow();
    expect(isValid(config)).toBe(true);
  });

  it.each([
    ["a missing field", ["physIp"], undefined],
    ["an unknown field", ["colour"], "red"],
    ["no address family", ["ipCfg"], {}],
    ["an empty name", ["name"], ""],
    ["a VNI of 25 bits", ["vni"], 0x1000000],
    ["a number for an address", ["physIp"], 7],
    ["an IPv4 address on the underlay", ["physIp"], "10.0.0.1"],
    ["an IPv6 address as private IPv4 address", ["ipCfg", "ipv4", "privateIp"], "fd00::1"],
    ["a MAC address of three octets", ["guestMac"], "A8:40:25"],
    ["a CIDR without length", ["routes", 0, "dest"], "10.0.0.0"],
    ["half a range of ports", ["ipCfg", "ipv4", "externalIps", "snat", "ports"], [1025]],
    ["an unknown target", ["routes", 0, "target"], { kind: "nowhere" }],
    ["a field of another target", ["routes", 0, "target"], { kind: "drop", ip: "10.0.0.1" }],
    ["a port of 17 bits", ["firewallRules", 1, "filters", "ports", "ports"], [65536]],
    ["a table without room", ["limits"], { uft: 0 }],
    ["a group outside of ff04::/16", ["m2p"], [{ group: "224.1.2.3", underlay: "ff05::1" }]],
  ])("refuses %s, as the reader does", (_what, path, value) => {
    const config = changed(path, value);
    expect(() => parsePortConfig(config)).toThrow();
    expect(isValid(config)).toBe(false);
  });
});
