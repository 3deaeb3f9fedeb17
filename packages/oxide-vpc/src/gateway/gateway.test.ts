import { IpCidr, Ipv6Addr, MacAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import {
  echo,
  encapsulate,
  ether,
  EXTERNAL,
  ICMP,
  icmp,
  ICMPV6,
  ipFrame,
  readFrame,
  u16,
  udp,
} from "../../test/frames.js";
import { Bench, G1, G2 } from "../../test/vpc-bench.js";
import { GATEWAY_MAC } from "../api/index.js";

const GATEWAY_LL = Ipv6Addr.fromEui64(GATEWAY_MAC);
const TO_GATEWAY = { dst: GATEWAY_MAC, src: G1.mac };

/** An ARP request of the guest. */
function arpRequest(target: readonly number[]): Uint8Array {
  const body = [
    ...u16(1),
    ...u16(0x0800),
    6,
    4,
    ...u16(1),
    ...G1.mac.bytes,
    ...G1.ip4.bytes,
    0,
    0,
    0,
    0,
    0,
    0,
    ...target,
  ];
  return ether(MacAddr.BROADCAST, G1.mac, 0x0806, body);
}

describe("the gateway of a guest", () => {
  it("answers ARP for itself and for nobody else (arp_gateway)", () => {
    const { text, frame } = new Bench().process("out", arpRequest([172, 30, 0, 1]));
    expect(text).toBe("hairpin");
    expect([...frame.slice(22, 28)]).toEqual([...GATEWAY_MAC.bytes]);
    expect(new Bench().process("out", arpRequest([172, 30, 0, 6])).text).toBe("drop gateway handle_pkt");
    expect(new Bench().process("out", arpRequest([]).slice(0, 30)).text).toBe("error HandlePkt");
    expect(new Bench({ families: [6] }).process("out", arpRequest([172, 30, 0, 1])).text).toBe("drop gateway default");
  });

  it("answers pings (gateway_icmp4_ping, gateway_icmpv6_ping)", () => {
    const v4 = new Bench().send("172.30.0.1", echo(ICMP, 8, 7));
    expect(v4.text).toBe("hairpin");
    expect(readFrame(v4.frame)).toMatchObject({ src: "172.30.0.1", dst: "172.30.0.5", srcPort: 7, isSound: true });
    for (const src of [G1.ip6, Ipv6Addr.fromEui64(G1.mac)]) {
      const { text, frame } = new Bench().process("out", ipFrame(TO_GATEWAY, src, GATEWAY_LL, echo(ICMPV6, 128, 7)));
      expect(text).toBe("hairpin");
      expect(readFrame(frame)).toMatchObject({ src: GATEWAY_LL.toString(), dst: src.toString(), isSound: true });
    }
  });

  it("answers router and neighbour solicitations (gateway_router_advert_reply, test_gateway_neighbor_advert_reply)", () => {
    const linkLocal = Ipv6Addr.fromEui64(G1.mac);
    const solicit = (dst: Ipv6Addr, type: number, body: readonly number[]): Uint8Array => {
      const frame = ipFrame(
        { dst: dst.multicastMac(), src: G1.mac },
        linkLocal,
        dst,
        icmp(ICMPV6, type, 0, [0, 0, 0, 0], body),
      );
      frame[21] = 255; // Hop limit: nothing from beyond the link is believed
      return frame;
    };
    const router = new Bench().process("out", solicit(Ipv6Addr.ALL_ROUTERS, 133, []));
    expect(router.text).toBe("hairpin");
    expect(readFrame(router.frame)).toMatchObject({ src: GATEWAY_LL.toString(), isSound: true });
    expect([...readFrame(router.frame).message.slice(-4)]).toEqual([0, 0, ...u16(1500)]);
    const neighbor = new Bench().process("out", solicit(GATEWAY_LL.solicitedNode(), 135, [...GATEWAY_LL.bytes]));
    expect(neighbor.text).toBe("hairpin");
    expect(readFrame(neighbor.frame).message[0]).toBe(136);
  });

  it("lets no other neighbour discovery pass (outbound_ndp_dropped, inbound_ndp_dropped_at_gateway)", () => {
    const advert = icmp(ICMPV6, 136, 0, [0, 0, 0, 0], [...G1.ip6.bytes]);
    expect(new Bench().send("fd00::6", advert).text).toBe("drop gateway rule");
    const bench = new Bench();
    bench.rules("dir=in action=allow priority=1");
    expect(bench.receive("fd00::6", "fd00::5", advert).text).toBe("drop gateway rule");
    expect(bench.flowCount("firewall")).toBe(1);
  });

  it("has a list of rules for each family", () => {
    const counts = (families: readonly (4 | 6)[]) => new Bench({ families: [...families] }).ruleCounts()["gateway"];
    expect(new Bench().ruleCounts()["gateway"]).toBe("5/12");
    expect(counts([4])).toBe("2/5");
  });
});

describe("anti-spoofing (anti_spoof)", () => {
  it.each([
    ["another IP address", { ip: "172.30.0.9" }],
    ["another MAC address", { mac: G2.mac }],
    ["both", { ip: "172.30.0.9", mac: G2.mac }],
  ])("stops packets with %s", (_what, from) => {
    expect(new Bench().knows(G2).send("172.30.0.6", udp(1, 2), from).text).toBe("drop gateway default");
  });

  it("stops packets to the guest with the address or the MAC address of others", () => {
    const bench = new Bench();
    expect(bench.receive("172.30.0.6", "172.30.0.9", udp(1, 2)).text).toBe("drop gateway default");
    const frame = ipFrame({ dst: G2.mac, src: G2.mac }, G2.ip4, G1.ip4, udp(1, 2));
    const tunnelled = encapsulate(frame, { src: G2.physIp, dst: G1.physIp, vni: G1.vni });
    expect(bench.process("in", tunnelled).text).toBe("drop gateway default");
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 3)).text).toBe("modified");
  });
});

describe("transit and attached CIDRs", () => {
  const CIDR = IpCidr.parse("10.50.0.0/24");
  const inbound = (bench: Bench, port: number): string => bench.receive("172.30.0.6", "10.50.0.7", udp(port, 2)).text;
  const outbound = (bench: Bench, port: number, dst = "172.30.0.6"): string =>
    bench.send(dst, udp(port, 2), { ip: "10.50.0.7" }).text;

  it("pass in the directions that they are allowed in", () => {
    const bench = new Bench().knows(G2);
    bench.vpc.allowCidr(CIDR, "in");
    expect([inbound(bench, 1), outbound(bench, 2)]).toEqual(["modified", "drop gateway default"]);
    bench.vpc.allowCidr(CIDR, "out");
    expect([inbound(bench, 3), outbound(bench, 4)]).toEqual(["modified", "modified"]);
    expect(bench.vpc.removeCidr(CIDR, "in")).toEqual({ kind: "ok", cidr: CIDR });
    expect([inbound(bench, 5), outbound(bench, 6)]).toEqual(["drop gateway default", "modified"]);
    expect(bench.vpc.removeCidr(CIDR, "out")).toEqual({ kind: "ok", cidr: CIDR });
    expect(bench.vpc.removeCidr(CIDR, "out")).toEqual({ kind: "notFound" });
    expect(bench.vpc.cfg.ipCfg.ipv4?.transitIps).toEqual([]);
  });

  it("are one rule a direction, whether attached or in transit or both (internal_attached_subnets)", () => {
    const bench = new Bench().knows(G2);
    bench.vpc.attachSubnet(CIDR, { isExternal: false });
    expect(bench.ruleCounts()["gateway"]).toBe("6/13");
    expect([inbound(bench, 1), outbound(bench, 2)]).toEqual(["modified", "modified"]);
    bench.vpc.allowCidr(CIDR, "in");
    expect(bench.ruleCounts()["gateway"]).toBe("6/13");
    expect(bench.vpc.detachSubnet(CIDR)).toEqual({ kind: "ok", cidr: CIDR });
    expect(bench.ruleCounts()["gateway"]).toBe("6/12");
    expect(outbound(bench, 3)).toBe("drop gateway default");
  });

  it("bring new rules with every command, but not with a subnet that is attached so already", () => {
    const { vpc } = new Bench();
    const steps = (command: () => unknown): number => {
      const { epoch } = vpc.port;
      command();
      return vpc.port.epoch - epoch;
    };
    expect(steps(() => vpc.allowCidr(CIDR, "in"))).toBe(1);
    expect(steps(() => vpc.allowCidr(CIDR, "in"))).toBe(1);
    expect(steps(() => vpc.removeCidr(CIDR, "in"))).toBe(1);
    expect(steps(() => vpc.removeCidr(CIDR, "in"))).toBe(1);
    expect(steps(() => vpc.attachSubnet(CIDR, { isExternal: true }))).toBe(2);
    expect(steps(() => vpc.attachSubnet(CIDR, { isExternal: true }))).toBe(0);
    expect(steps(() => vpc.attachSubnet(CIDR, { isExternal: false }))).toBe(2);
    expect(steps(() => vpc.detachSubnet(CIDR))).toBe(2);
    expect(steps(() => vpc.detachSubnet(CIDR))).toBe(0);
  });

  it("leave untranslated if they are external (external_attached_subnets_dont_apply_nat)", () => {
    const bench = new Bench().routeOut();
    bench.rules("dir=in action=allow priority=1");
    bench.vpc.attachSubnet(CIDR, { isExternal: true });
    const { inner } = bench.sent("8.8.8.8", udp(1, 2), { ip: "10.50.0.7" });
    expect(inner).toMatchObject({ src: "10.50.0.7", srcPort: 1 });
    expect(bench.received("8.8.8.8", "10.50.0.9", udp(1, 2), { options: [EXTERNAL] }).dst).toBe("10.50.0.9");
  });

  it("do not reach the VPC if they are external (external_attached_subnets_cannot_reach_internal)", () => {
    const bench = new Bench().knows(G2);
    bench.vpc.attachSubnet(CIDR, { isExternal: true });
    expect(outbound(bench, 1)).toBe("drop overlay action");
  });
});
