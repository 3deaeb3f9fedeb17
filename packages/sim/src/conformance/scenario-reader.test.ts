import { describe, expect, it } from "vitest";
import { parseJson } from "./json.js";
import { readScenario } from "./scenario-reader.js";

const IP_CFG = {
  vpc_subnet: "10.0.0.0/24",
  private_ip: "10.0.0.5",
  gateway_ip: "10.0.0.1",
  external_ips: { snat: { external_ip: "1.1.1.1", ports: [1, 2] } },
};
const SCENARIO = {
  name: "one",
  area: "arp",
  port: {
    name: "p0",
    ip_cfg: { ipv4: IP_CFG },
    guest_mac: "02:00:00:00:00:01",
    gateway_mac: "02:00:00:00:00:02",
    vni: 7,
    phys_ip: "fd00::1",
    dhcp: {},
  },
  setup: [{ op: "set_v2b", prefix: "0.0.0.0/0", tep: [{ ip: "fd00::9", vni: 99 }] }],
  steps: [{ op: "packet", dir: "out", hex: "0a0b" }, { op: "epoch" }],
  expect: {
    setup: [{ ok: null }],
    steps: [{ verdict: "parse_error", error: { kind: "header", header: "inner_eth", error: "TooSmall" } }, { ok: 4 }],
  },
};

describe("readScenario", () => {
  it("fills in what a scenario may leave out", () => {
    const scenario = readScenario(SCENARIO);
    expect(scenario).toMatchObject({ autostart: true, expect: { aborted: false } });
    expect(scenario.port).toMatchObject({
      mtu: 1500,
      limits: { uft: 8096, nat: 8096, overlay: 1 },
      dhcp: { hostname: null, dns4_servers: [] },
      ip_cfg: {
        ipv4: { attached_subnets: [], transit_ips: [], external_ips: { ephemeral_ip: null, floating_ips: [] } },
      },
    });
    expect(scenario.steps[0]).toEqual({ op: "packet", dir: "out", frame: Uint8Array.of(10, 11) });
  });

  it("leaves out the steps behind the one at which the reference aborted", () => {
    const aborted = { setup: [{ ok: null }], steps: [{ verdict: "panic" }], aborted: true };
    expect(readScenario({ ...SCENARIO, expect: aborted }).steps).toHaveLength(1);
  });

  it.each([
    ["no object", [], "The document must be an object"],
    [
      "an unknown operation",
      { ...SCENARIO, steps: [{ op: "dance" }] },
      'Field "steps[0].op" names no operation: "dance"',
    ],
    [
      "an argument of the wrong type",
      { ...SCENARIO, setup: [{ op: "set_v2b", prefix: "::/0", tep: [{ ip: "::1" }] }] },
      'Field "setup[0].tep[0].vni" must be an integer from 0 to 16777215',
    ],
    [
      "a frame that is no hex",
      { ...SCENARIO, steps: [{ op: "packet", dir: "in", hex: "0g" }] },
      'Field "steps[0].hex"',
    ],
    ["a direction that is none", { ...SCENARIO, steps: [{ op: "packet", dir: "up", hex: "" }] }, 'one of "in", "out"'],
    ["no address family", { ...SCENARIO, port: { ...SCENARIO.port, ip_cfg: {} } }, 'Field "port.ip_cfg" must have'],
    [
      "too few results",
      { ...SCENARIO, expect: { setup: [], steps: [] } },
      'Field "expect.steps" must have one result for each of 2 operations',
    ],
    [
      "a result that belongs to another operation",
      { ...SCENARIO, expect: { ...SCENARIO.expect, setup: [{ verdict: "panic" }] } },
      'Field "expect.setup[0]" is no result of operation "set_v2b"',
    ],
  ])("refuses %s, naming the field", (_, json, message) => {
    expect(() => readScenario(json)).toThrow(message);
  });
});

describe("parseJson", () => {
  it("refuses what is not JSON", () => {
    expect(() => parseJson("{")).toThrow("The document is not JSON");
  });
});
