import { IpAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { parsePortConfig } from "./api/index.js";
import { openPort, VpcMappings } from "./index.js";

const json = {
  name: "opte0",
  ipCfg: { ipv4: { vpcSubnet: "172.30.0.0/22", privateIp: "172.30.0.5", gatewayIp: "172.30.0.1" } },
  guestMac: "A8:40:25:FA:FA:37",
  gatewayMac: "A8:40:25:FF:77:77",
  vni: 99,
  physIp: "fd00:0:f7:101::1",
  firewallRules: [{ direction: "in", action: "allow", priority: 1 }],
  routes: [{ dest: "0.0.0.0/0", target: { kind: "internetGateway" }, class: "system" }],
  v2p: [{ vip: "172.30.0.6", phys: { ether: "A8:40:25:F0:00:66", ip: "fd00:0:f7:116::1", vni: 99 } }],
  v2b: [{ vip: "0.0.0.0/0", tep: [{ ip: "fd00:99::1", vni: 99 }] }],
  m2p: [{ group: "224.1.2.3", underlay: "ff04::e001:203" }],
};

const providers = { clock: { nowMs: () => 0 } };

describe("a port from its configuration", () => {
  it("has its routes, rules and mappings, and is not yet started", () => {
    const mappings = new VpcMappings();
    const { port } = openPort(parsePortConfig(json), mappings, providers);
    expect(port.state).toBe("ready");
    expect(port.dumpLayer("firewall").rulesIn).toHaveLength(1);
    expect(port.dumpLayer("router").rulesOut).toHaveLength(2);
    expect(mappings.v2p.dump().mappings[0]?.ip4).toHaveLength(2);
    expect(mappings.v2b.lookUp(IpAddr.parse("8.8.8.8"))).toHaveLength(1);
    expect(mappings.m2p.dump().ip4).toHaveLength(1);
  });

  it("leaves no mapping behind if a route is invalid", () => {
    const mappings = new VpcMappings();
    const routes = [{ dest: "224.0.0.0/4", target: { kind: "drop" }, class: "system" }];
    const open = () => openPort(parsePortConfig({ ...json, routes }), mappings, providers);
    expect(open).toThrow(expect.objectContaining({ kind: "InvalidRouterEntry" }));
    expect(mappings.v2p.get(Vni.of(99), IpAddr.parse("172.30.0.5"))).toBeUndefined();
    expect(mappings.v2b.dump().mappings.ip4).toEqual([]);
  });
});
