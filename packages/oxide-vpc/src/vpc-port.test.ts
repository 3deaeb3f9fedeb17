import { type Direction, IpAddr, IpCidr, Ipv6Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { ACK, EXTERNAL, ipFrame, SYN, tcp, udp } from "../test/frames.js";
import { Bench, G1, G2 } from "../test/vpc-bench.js";
import { FirewallRule, GATEWAY_MAC, RouterTarget, Uuid } from "./api/index.js";
import { VpcPort } from "./index.js";

describe("a VPC port", () => {
  it("has its layers in order (check_layers)", () => {
    const layers = new Bench().vpc.port.listLayers();
    expect(layers.map(({ name, defaultIn, defaultOut }) => `${name} ${defaultIn} ${defaultOut}`)).toEqual([
      "gateway deny deny",
      "firewall deny stateful allow",
      "router allow deny",
      "nat allow allow",
      "overlay deny deny",
    ]);
  });

  it("has the rules of its configuration, each change a new epoch", () => {
    const bench = new Bench();
    expect(bench.ruleCounts()).toEqual({ gateway: "5/12", firewall: "3/0", router: "0/2", nat: "0/3", overlay: "2/1" });
    expect(bench.vpc.port.epoch).toBe(3);
  });

  it("maps its addresses while it lives", () => {
    const { vpc, mappings } = new Bench();
    expect(mappings.v2p.get(G1.vni, G1.ip4)).toEqual({ ether: G1.mac, ip: G1.physIp });
    expect(mappings.v2p.get(G1.vni, G1.ip6)).toEqual({ ether: G1.mac, ip: G1.physIp });
    vpc.close();
    expect(mappings.v2p.get(G1.vni, G1.ip4)).toBeUndefined();
    expect(mappings.v2p.get(G1.vni, G1.ip6)).toBeUndefined();
  });

  it("has no NUL in its name", () => {
    const { vpc, mappings } = new Bench();
    const config = {
      ...vpc.cfg,
      name: "opte\0",
      mtu: 1500,
      limits: { uft: 1, tcp: 1, gateway: 1, firewall: 1, router: 1, nat: 1, overlay: 1 },
    };
    expect(() => new VpcPort(config, mappings, { clock: { nowMs: () => 0 } })).toThrow(
      expect.objectContaining({ kind: "BadName" }),
    );
  });

  it("shows its configuration as it stands", () => {
    const { vpc } = new Bench();
    vpc.allowCidr(IpCidr.parse("10.9.0.0/16"), "in");
    vpc.allowCidr(IpCidr.parse("10.1.2.3/8"), "out");
    vpc.setExternalIps({ externalIpsV4: { floatingIps: [G2.ip4] } });
    const { ipv4, ipv6 } = vpc.cfg.ipCfg;
    expect(ipv4?.transitIps.map(({ cidr, allowIn, allowOut }) => [cidr.toString(), allowIn, allowOut])).toEqual([
      ["10.0.0.0/8", false, true],
      ["10.9.0.0/16", true, false],
    ]);
    expect(ipv4?.externalIps).toEqual({ floatingIps: [G2.ip4] });
    expect(ipv6?.externalIps).toEqual({ floatingIps: [] });
  });
});

describe("the life of a VPC port", () => {
  it("carries packets only while it runs (port_transition_running)", () => {
    const bench = new Bench().knows(G2);
    bench.vpc.port.pause();
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("error BadState");
    bench.vpc.port.start();
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("modified");
  });

  it("forgets flows, but no rules, when it is reset (port_transition_reset)", () => {
    const bench = new Bench().knows(G2);
    bench.sent("172.30.0.6", udp(1, 2));
    const before = bench.ruleCounts();
    bench.vpc.port.reset();
    expect(bench.flowCount("firewall")).toBe(0);
    expect(bench.ruleCounts()).toEqual(before);
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("error BadState");
  });

  it("expires flows after a minute without a packet (flow_expiration)", () => {
    const bench = new Bench().knows(G2);
    bench.sent("172.30.0.6", udp(1, 2));
    bench.advance(59_999);
    bench.vpc.port.expireFlows();
    expect(bench.vpc.port.dumpUft().outFlows).toHaveLength(1);
    bench.advance(1);
    bench.vpc.port.expireFlows();
    expect(bench.vpc.port.dumpUft().outFlows).toHaveLength(0);
    expect(bench.flowCount("firewall")).toBe(0);
  });

  it("drops a TCP flow that its table has no room for (no_panic_on_flow_table_full)", () => {
    const bench = new Bench({ limits: { tcp: 1 } }).knows(G2);
    expect(bench.send("172.30.0.6", tcp(1, 80, SYN)).text).toBe("modified");
    bench.received("172.30.0.6", "172.30.0.5", tcp(80, 1, SYN | ACK, 0, 1));
    bench.sent("172.30.0.6", tcp(1, 80, ACK, 1, 1));
    expect(bench.send("172.30.0.6", tcp(2, 80, SYN)).text).toBe("drop tcp_err");
  });
});

describe("a command that a VPC port refuses changes nothing", () => {
  const cidr4 = IpCidr.parse("10.50.0.0/24");
  const rule = FirewallRule.parse("dir=in action=deny priority=1");
  const route = { dest: cidr4, target: RouterTarget.parse("drop"), class: "custom" } as const;

  /** All that commands can change. */
  const stateOf = ({ vpc }: Bench): unknown => ({
    cfg: vpc.cfg,
    epoch: vpc.port.epoch,
    layers: vpc.port.listLayers().map(({ name }) => vpc.port.dumpLayer(name)),
  });

  const commands: [string, (vpc: VpcPort) => unknown][] = [
    ["setFirewallRules", (vpc) => vpc.setFirewallRules([rule])],
    ["addFirewallRule", (vpc) => vpc.addFirewallRule(rule)],
    ["removeFirewallRule", (vpc) => vpc.removeFirewallRule("in", 0)],
    ["addRouterEntry", (vpc) => vpc.addRouterEntry(route)],
    ["setExternalIps", (vpc) => vpc.setExternalIps({})],
    ["allowCidr", (vpc) => vpc.allowCidr(cidr4, "in")],
    ["removeCidr", (vpc) => vpc.removeCidr(cidr4, "in")],
    ["attachSubnet", (vpc) => vpc.attachSubnet(cidr4, { isExternal: true })],
  ];

  it.each(commands)("%s on a paused port (port_transition_pause)", (_name, command) => {
    const bench = new Bench();
    bench.vpc.port.pause();
    const before = stateOf(bench);
    expect(() => command(bench.vpc)).toThrow(expect.objectContaining({ kind: "BadState" }));
    expect(stateOf(bench)).toEqual(before);
  });

  it.each([
    ["setExternalIps", (vpc: VpcPort) => vpc.setExternalIps({ externalIpsV6: G1.external6 })],
    ["allowCidr", (vpc: VpcPort) => vpc.allowCidr(IpCidr.parse("fd50::/64"), "in")],
    ["removeCidr", (vpc: VpcPort) => vpc.removeCidr(IpCidr.parse("fd50::/64"), "in")],
    ["attachSubnet", (vpc: VpcPort) => vpc.attachSubnet(IpCidr.parse("fd50::/64"), { isExternal: false })],
    ["detachSubnet", (vpc: VpcPort) => vpc.detachSubnet(IpCidr.parse("fd50::/64"))],
  ])("%s for a family that the port has not", (_name, command) => {
    const bench = new Bench({ families: [4] });
    const before = stateOf(bench);
    expect(() => command(bench.vpc)).toThrow(expect.objectContaining({ kind: "InvalidIpCfg" }));
    expect(stateOf(bench)).toEqual(before);
  });

  it("but setExternalIps remembers its gateway map, as the vectors' format says", () => {
    const { vpc } = new Bench({ families: [4] });
    const uuid = Uuid.parse("11111111-2222-3333-4444-555555555555");
    const inetGwMap = [[IpAddr.parse("10.77.77.13"), [uuid]]] as const;
    expect(() => vpc.setExternalIps({ externalIpsV6: G1.external6, inetGwMap })).toThrow();
    vpc.attachSubnet(IpCidr.parse("10.50.0.0/24"), { isExternal: false });
    const snat = vpc.port.dumpLayer("nat").rulesOut.find(({ rule }) => rule.action.includes("10.77.77.13"));
    expect(snat?.rule.predicates).toContain(`meta: router-target=ig=${uuid}`);
  });

  it("leaves the flows under way alone", () => {
    const bench = new Bench().routeOut();
    const { inner } = bench.sent("8.8.8.8", udp(1, 53));
    bench.vpc.port.pause();
    expect(() => bench.vpc.setExternalIps({})).toThrow(expect.objectContaining({ kind: "BadState" }));
    bench.vpc.port.start();
    expect(bench.sent("8.8.8.8", udp(1, 53)).inner.srcPort).toBe(inner.srcPort);
  });
});

describe("a TCP connection through a VPC port", () => {
  const FIN = 0x01;

  it("is followed from the guest's SYN to its end (tcp_outbound)", () => {
    const bench = new Bench().routeOut();
    const { inner } = bench.sent("8.8.8.8", tcp(1000, 80, SYN, 100));
    const answer = (flags: number, seq: number, ack: number): void => {
      bench.received("8.8.8.8", inner.src, tcp(80, inner.srcPort, flags, seq, ack), { options: [EXTERNAL] });
    };
    answer(SYN | ACK, 500, 101);
    bench.sent("8.8.8.8", tcp(1000, 80, ACK, 101, 501));
    bench.sent("8.8.8.8", tcp(1000, 80, FIN | ACK, 101, 501));
    answer(ACK, 501, 102);
    answer(FIN | ACK, 501, 102);
    bench.sent("8.8.8.8", tcp(1000, 80, ACK, 102, 502));
    expect(bench.vpc.port.dumpTcpFlows().flows.map(([, { tcpState }]) => tcpState.tcpState)).toEqual(["TimeWait"]);
    expect(bench.vpc.port.stats()).toMatchObject({ out_uft_miss: 1, out_uft_hit: 3, in_uft_miss: 1, in_uft_hit: 2 });
    bench.advance(61_000);
    bench.vpc.port.expireFlows();
    expect(bench.vpc.port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
    expect([bench.flowCount("firewall"), bench.flowCount("nat")]).toEqual([1, 1]);
    bench.advance(60_000);
    bench.vpc.port.expireFlows();
    expect(bench.vpc.port.dumpTcpFlows().flows).toEqual([]);
    expect([bench.flowCount("firewall"), bench.flowCount("nat")]).toEqual([0, 0]);
  });

  it("ends with the last acknowledgement of a peer that opened it, which still arrives (tcp_inbound)", () => {
    const bench = new Bench().knows(G2);
    const from = (flags: number, seq: number, ack: number): void => {
      bench.received("172.30.0.6", "172.30.0.5", tcp(1000, 22, flags, seq, ack));
    };
    from(SYN, 100, 0);
    bench.sent("172.30.0.6", tcp(22, 1000, SYN | ACK, 500, 101));
    from(ACK, 101, 501);
    from(FIN | ACK, 101, 501);
    bench.sent("172.30.0.6", tcp(22, 1000, ACK, 501, 102));
    bench.sent("172.30.0.6", tcp(22, 1000, FIN | ACK, 501, 102));
    expect(bench.vpc.port.dumpTcpFlows().flows.map(([, { tcpState }]) => tcpState.tcpState)).toEqual(["LastAck"]);
    from(ACK, 102, 502);
    expect(bench.vpc.port.dumpTcpFlows().flows).toEqual([]);
    expect(bench.vpc.port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
  });
});

describe("a VPC port and malformed frames (parse_in_regression, parse_out_regression)", () => {
  it("names a fault of every frame cut short, in both directions", () => {
    const bench = new Bench().knows(G2);
    const whole = ipFrame({ dst: GATEWAY_MAC, src: G1.mac }, G1.ip6, Ipv6Addr.parse("fd00::6"), tcp(1, 2, SYN));
    for (const dir of ["in", "out"] satisfies Direction[]) {
      for (let length = 0; length < whole.length; length++) {
        expect(bench.process(dir, whole.slice(0, length)).text).toBe("parse_error");
      }
    }
  });

  it("refuses an IPv4 packet shorter than its header (bad_ip_len)", () => {
    const frame = ipFrame({ dst: GATEWAY_MAC, src: G1.mac }, G1.ip4, G2.ip4, udp(1, 2));
    frame.set([0, 4], 16);
    expect(new Bench().process("out", frame).text).toBe("parse_error");
  });
});
