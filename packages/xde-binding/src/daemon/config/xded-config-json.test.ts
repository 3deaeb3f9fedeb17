import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseXdedConfig, XdedConfigError } from "./xded-config-json.js";

const port: unknown = JSON.parse(readFileSync(new URL("../../../../sim/captures/port.json", import.meta.url), "utf8"));

/** The paths and messages of what is wrong. */
function faults(json: unknown): string[] {
  try {
    parseXdedConfig(json);
  } catch (error) {
    if (error instanceof XdedConfigError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe("parseXdedConfig", () => {
  it("takes an empty object: everything can come from the command line", () => {
    expect(parseXdedConfig({})).toEqual({ guests: {}, flows: "forget", ports: [] });
  });

  it("reads all there is", () => {
    const config = parseXdedConfig({
      $schema: "xded-config.schema.json",
      state: "/var/lib/opte",
      socket: "/run/opte/xde.sock",
      listen: "127.0.0.1:9190",
      underlay: { bind: "udp:[::1]:6081", peers: ["fd00::2=[::1]:6082"] },
      guests: { opte0: "/run/opte/opte0.sock" },
      flows: "keep",
      ports: [port],
    });
    expect(config).toMatchObject({
      state: "/var/lib/opte",
      listen: { host: "127.0.0.1", port: 9190 },
      underlay: { bind: { port: 6081 }, peers: [{ endpoint: { port: 6082 } }] },
      flows: "keep",
    });
    expect(config.ports.map(({ name }) => name)).toEqual(["opte0"]);
  });

  it("names every fault by its field, those of ports too", () => {
    const broken: unknown = Object.assign({}, port, { vni: 1 << 24 });
    expect(
      faults({ listen: "9190", underlay: { bind: "udp:[::1]:1", peers: ["fd00::1"] }, ports: [port, broken] }),
    ).toEqual([
      'listen: Cannot parse "9190" as socket address: expected ADDR:PORT such as 127.0.0.1:9190 or [::1]:9190',
      'underlay.peers[0]: Cannot parse "fd00::1" as peer of a UDP underlay: it is not of the form "PHYS_IP=[ADDR]:PORT"',
      "ports[1].vni: Expected an integer from 0 to 16777215, but found 16777216",
    ]);
  });

  it("refuses two ports of one name, and what it does not know", () => {
    expect(faults({ ports: [port, port] })).toEqual(['ports[1].name: Port "opte0" occurs more than once']);
    expect(faults({ colour: "red" })).toEqual(["colour: There is no such field"]);
    expect(faults([])).toHaveLength(1);
  });

  it("says what it expects of a field", () => {
    const json = { state: "", listen: 9190, underlay: { bind: 6081 }, guests: { opte0: 1 } };
    expect(faults(json)).toEqual([
      "state: Expected a path",
      "listen: Expected a string, but found 9190",
      "underlay.bind: Expected a string, but found 6081",
      "guests.opte0: Expected a path",
    ]);
  });

  it("says what is missing", () => {
    const nameless: unknown = Object.assign({}, port, { name: undefined });
    expect(faults({ underlay: {}, ports: [JSON.parse(JSON.stringify(nameless))] })).toEqual([
      "underlay.bind: Missing",
      "ports[0].name: Missing",
    ]);
  });
});
