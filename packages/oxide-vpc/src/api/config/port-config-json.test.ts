import { describe, expect, it } from "vitest";
import { PortConfigError } from "./port-config-error.js";
import { type JsonObject, parsePortConfig, portConfigJson } from "./port-config-json.js";

const smallest = {
  name: "opte0",
  ipCfg: { ipv4: { vpcSubnet: "172.30.0.0/22", privateIp: "172.30.0.5", gatewayIp: "172.30.0.1" } },
  guestMac: "A8:40:25:FA:FA:37",
  gatewayMac: "A8:40:25:FF:77:77",
  vni: 1287581,
  physIp: "fd00:0:f7:101::1",
};

const whole: JsonObject = {
  ...smallest,
  ipCfg: {
    ipv4: {
      vpcSubnet: "172.30.0.0/22",
      privateIp: "172.30.0.5",
      gatewayIp: "172.30.0.1",
      externalIps: {
        snat: { externalIp: "10.77.77.13", ports: [1025, 4096] },
        ephemeralIp: "10.60.1.10",
        floatingIps: ["10.60.1.20", "10.60.1.21"],
      },
      attachedSubnets: [{ cidr: "10.50.0.0/24", isExternal: true }],
      transitIps: [
        { cidr: "10.52.0.0/16", allowIn: true, allowOut: false },
        { cidr: "10.52.0.0/24", allowIn: false, allowOut: true },
      ],
    },
    ipv6: {
      vpcSubnet: "fd00::/64",
      privateIp: "fd00::5",
      gatewayIp: "fd00::1",
      externalIps: { floatingIps: [] },
      attachedSubnets: [],
      transitIps: [],
    },
  },
  mtu: 9000,
  dhcp: {
    hostname: "testbox",
    hostDomain: "test.oxide.computer",
    domainSearchList: ["oxide.computer."],
    dns4Servers: ["8.8.8.8", "1.1.1.1"],
    dns6Servers: ["2001:4860:4860::8888"],
  },
  limits: { uft: 16, tcp: 16, gateway: 1, firewall: 8096, router: 1, nat: 8096, overlay: 1 },
  firewallRules: [
    {
      direction: "in",
      filters: { hosts: { kind: "vni", vni: 99 }, protocol: { kind: "tcp" }, ports: { kind: "portList", ports: [22] } },
      action: "allow",
      priority: 65534,
    },
    {
      direction: "out",
      filters: {
        hosts: { kind: "subnet", cidr: "fd00::/8" },
        protocol: { kind: "icmpv6", filter: { ty: 128, codes: { first: 0, last: 3 } } },
        ports: { kind: "any" },
      },
      action: "deny",
      priority: 1,
    },
    {
      direction: "out",
      filters: {
        hosts: { kind: "ip", ip: "9.9.9.9" },
        protocol: { kind: "other", protocol: 47 },
        ports: { kind: "any" },
      },
      action: "deny",
      priority: 2,
    },
  ],
  routes: [
    { dest: "0.0.0.0/0", target: { kind: "internetGateway" }, class: "system" },
    {
      dest: "9.9.9.0/24",
      target: { kind: "internetGateway", uuid: "70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0c05" },
      class: "custom",
    },
    { dest: "172.30.0.0/22", target: { kind: "vpcSubnet", cidr: "172.30.0.0/22" }, class: "system" },
    { dest: "fd00:1::/64", target: { kind: "ip", ip: "fd00::6" }, class: "custom" },
    { dest: "10.0.0.0/8", target: { kind: "drop" }, class: "custom" },
  ],
  v2p: [{ vip: "172.30.0.6", phys: { ether: "A8:40:25:F0:00:66", ip: "fd00:0:f7:116::1", vni: 1287581 } }],
  v2b: [{ vip: "0.0.0.0/0", tep: [{ ip: "fd00:99::1", vni: 99 }] }],
  m2p: [{ group: "224.1.2.3", underlay: "ff04::e001:203" }],
  boundaryServices: { ip: "fd00:99::1", vni: 99, mac: "A8:40:25:77:77:77" },
};

/** The issues of a configuration. */
function issuesOf(json: unknown): [path: string, message: string][] {
  try {
    parsePortConfig(json);
  } catch (error) {
    if (error instanceof PortConfigError) return error.issues.map(({ path, message }) => [path, message]);
    throw error;
  }
  return [];
}

describe("a port's JSON form", () => {
  it("comes back as it was, field by field", () => {
    expect(portConfigJson(parsePortConfig(whole))).toEqual(whole);
  });

  it("survives text", () => {
    const text = JSON.stringify(portConfigJson(parsePortConfig(whole)));
    expect(portConfigJson(parsePortConfig(JSON.parse(text)))).toEqual(whole);
  });

  it("needs only addresses; the rest is filled in", () => {
    expect(portConfigJson(parsePortConfig(smallest))).toMatchObject({
      mtu: 1500,
      dhcp: { domainSearchList: [], dns4Servers: [], dns6Servers: [] },
      limits: { uft: 524_288, nat: 65_535, gateway: 1 },
      ipCfg: { ipv4: { externalIps: { floatingIps: [] }, attachedSubnets: [], transitIps: [] } },
      firewallRules: [],
      routes: [],
    });
  });

  it("keeps single limits beside the defaults of the others", () => {
    expect(parsePortConfig({ ...smallest, limits: { uft: 4 } }).limits).toMatchObject({ uft: 4, tcp: 524_288 });
  });

  it("clears host bits of CIDRs and sorts them", () => {
    const ipv4 = {
      ...smallest.ipCfg.ipv4,
      transitIps: [{ cidr: "10.9.0.0/16" }, { cidr: "10.1.2.3/8", allowIn: true }],
    };
    const [first, second] = parsePortConfig({ ...smallest, ipCfg: { ipv4 } }).ipCfg.ipv4?.transitIps ?? [];
    expect(first?.cidr.toString()).toBe("10.0.0.0/8");
    expect(first?.allowIn).toBe(true);
    expect(second?.cidr.toString()).toBe("10.9.0.0/16");
    expect(second?.allowIn).toBe(false);
  });
});

describe("a port's faulty JSON form", () => {
  it("names every fault with the path of its field", () => {
    const issues = issuesOf({
      ...smallest,
      vni: 16_777_216,
      guestMac: "A8:40:25",
      ipCfg: {
        ipv4: { ...smallest.ipCfg.ipv4, privateIp: 7, transitIps: [{ cidr: "10.0.0.0/8" }, { cidr: "10.0.0.0/33" }] },
      },
      routes: [{ dest: "0.0.0.0/0", target: { kind: "nowhere" }, class: "system" }],
      limits: { uft: 0 },
    });
    expect(issues.map(([path]) => path).toSorted()).toEqual([
      "guestMac",
      "ipCfg.ipv4.privateIp",
      "ipCfg.ipv4.transitIps[1].cidr",
      "limits.uft",
      "routes[0].target.kind",
      "vni",
    ]);
  });

  it.each([
    ["a missing field", { ...smallest, physIp: undefined }, "physIp"],
    ["an unknown field", { ...smallest, colour: "red" }, "colour"],
    ["an unknown field deep inside", { ...smallest, v2b: [{ vip: "::/0", tep: [], via: 1 }] }, "v2b[0].via"],
    ["no address family", { ...smallest, ipCfg: {} }, "ipCfg"],
    ["an address of the other family", { ...smallest, physIp: "10.0.0.1" }, "physIp"],
    ["a name with a NUL", { ...smallest, name: "opte\0" }, "name"],
    [
      "a CIDR twice, but for its host bits",
      {
        ...smallest,
        ipCfg: { ipv4: { ...smallest.ipCfg.ipv4, attachedSubnets: [{ cidr: "10.0.0.1/8" }, { cidr: "10.0.0.2/8" }] } },
      },
      "ipCfg.ipv4.attachedSubnets",
    ],
    [
      "an underlay group outside of ff04::/16",
      { ...smallest, m2p: [{ group: "224.0.0.1", underlay: "ff05::1" }] },
      "m2p[0].underlay",
    ],
    ["something else than an object", "opte0", ""],
  ])("is refused for %s", (_what, json, path) => {
    expect(issuesOf(json).map(([where]) => where)).toEqual([path]);
  });

  it("says in words what was expected", () => {
    expect(issuesOf({ ...smallest, vni: -1 })).toEqual([
      ["vni", "Expected an integer from 0 to 16777215, but found -1"],
    ]);
    expect(() => parsePortConfig({ ...smallest, guestMac: "x" })).toThrow('guestMac: Cannot parse "x" as MAC address');
  });
});
