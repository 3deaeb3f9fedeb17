import { IpAddr, Ipv4Addr, Ipv6Addr, PortRange } from "opte-api";
import { describe, expect, it } from "vitest";
import { ACK, echo, EXTERNAL, ICMP, icmp, ICMPV6, ipPacket, type Message, SYN, tcp, udp } from "../../test/frames.js";
import { Bench, type Guest, G1 } from "../../test/vpc-bench.js";
import { Uuid } from "../api/index.js";

const FROM_OUTSIDE = { options: [EXTERNAL] };
const EPHEMERAL4 = Ipv4Addr.parse("10.60.1.20");
const FLOATING4 = ["10.60.1.21", "10.60.1.22", "10.60.1.23"].map((ip) => Ipv4Addr.parse(ip));
const EPHEMERAL6 = Ipv6Addr.parse("2001:db8::e1");
const FLOATING6 = ["2001:db8::f1", "2001:db8::f2", "2001:db8::f3"].map((ip) => Ipv6Addr.parse(ip));

/** A guest with addresses of its own beside SNAT. */
const RICH: Guest = {
  ...G1,
  external4: { ...G1.external4, ephemeralIp: EPHEMERAL4, floatingIps: FLOATING4 },
  external6: { ...G1.external6, ephemeralIp: EPHEMERAL6, floatingIps: FLOATING6 },
};

/** A port with routes to the outside that lets everything in. */
function openBench(guest: Guest = G1): Bench {
  const bench = new Bench({ guest }).routeOut();
  bench.rules("dir=in action=allow priority=1");
  return bench;
}

describe("SNAT", () => {
  it.each([
    ["52.10.128.69", "10.77.77.13", 4096, 1428],
    ["2606:2800:220:1:248:1893:25c8:1946", "2001:db8::1", 8192, 22425],
  ])(
    "to %s takes the highest port of the range, and its answer comes back (guest_to_internet_ipv4, guest_to_internet_ipv6)",
    (dst, externalIp, port, entropy) => {
      const bench = openBench();
      const { inner, entropy: sourcePort } = bench.sent(dst, tcp(44490, 80, SYN));
      expect(inner).toMatchObject({ src: externalIp, srcPort: port, dst, dstPort: 80, isSound: true });
      expect(sourcePort).toBe(entropy);
      const answer = bench.received(dst, externalIp, tcp(80, port, SYN | ACK, 0, 1), FROM_OUTSIDE);
      const own = dst.includes(":") ? G1.ip6 : G1.ip4;
      expect(answer).toMatchObject({ dst: own.toString(), dstPort: 44490, isSound: true });
    },
  );

  it.each([
    ["8.8.8.8", ICMP, 8, 0, 4096],
    ["2001:db8:7::7", ICMPV6, 128, 129, 8192],
  ])(
    "to %s translates echo ids, the next lower one for the next (snat_icmp4_echo_rewrite, snat_icmp6_echo_rewrite)",
    (dst, proto, request, reply, id) => {
      const bench = openBench();
      const first = bench.sent(dst, echo(proto, request, 7)).inner;
      expect(first).toMatchObject({ srcPort: id, isSound: true });
      expect(bench.sent(dst, echo(proto, request, 7, 2)).inner.srcPort).toBe(id);
      expect(bench.sent(dst, echo(proto, request, 8)).inner.srcPort).toBe(id - 1);
      expect(bench.received(dst, first.src, echo(proto, reply, id), FROM_OUTSIDE)).toMatchObject({
        srcPort: 7,
        isSound: true,
      });
      expect(bench.vpc.port.stats()["out_uft_hit"]).toBe(1);
    },
  );

  it("refuses other messages of ICMP", () => {
    expect(openBench().send("8.8.8.8", icmp(ICMP, 13, 0, [0, 1, 0, 1])).text).toBe("drop nat action");
  });

  it("has one port a flow, and fails when none is left; a flow that ends gives its port back", () => {
    const ports = new PortRange(1025, 1026);
    const snat = { externalIp: Ipv4Addr.parse("10.77.77.13"), ports };
    const bench = openBench({ ...G1, external4: { snat, floatingIps: [] } });
    expect([1, 2, 3].map((port) => bench.send("8.8.8.8", udp(port, 53)).text)).toEqual([
      "modified",
      "modified",
      "error Layer",
    ]);
    bench.advance(60_000);
    bench.vpc.port.expireFlows();
    expect(bench.send("8.8.8.8", udp(3, 53)).text).toBe("modified");
  });

  it("of an inverted range has no port at all", () => {
    const snat = { externalIp: Ipv4Addr.parse("10.77.77.13"), ports: new PortRange(2000, 1000) };
    const bench = openBench({ ...G1, external4: { snat, floatingIps: [] } });
    expect(bench.send("8.8.8.8", udp(1, 53)).text).toBe("error Layer");
  });

  it("lets nobody in unasked", () => {
    const bench = openBench();
    expect(bench.receive("8.8.8.8", "10.77.77.13", udp(53, 4096), FROM_OUTSIDE).text).toBe("drop gateway default");
  });
});

describe("external addresses of a guest", () => {
  const peers = [
    ["8.8.8.8", [EPHEMERAL4, ...FLOATING4]],
    ["2001:db8:7::7", [EPHEMERAL6, ...FLOATING6]],
  ] as const;

  it.each(peers)(
    "each take packets from %s, and answer from where they were reached (external_ip_receive_and_reply_on_all)",
    (peer, ips) => {
      const bench = openBench(RICH);
      for (const [i, ip] of ips.entries()) {
        expect(bench.received(peer, ip.toString(), tcp(1000 + i, 80, SYN), FROM_OUTSIDE)).toMatchObject({
          dstPort: 80,
          isSound: true,
        });
        const { inner } = bench.sent(peer, tcp(80, 1000 + i, SYN | ACK, 0, 1));
        expect(inner).toMatchObject({ src: ip.toString(), srcPort: 80, isSound: true });
      }
    },
  );

  it.each(peers)(
    "share the flows to %s among the floating ones (external_ip_balanced_over_floating_ips)",
    (peer, [ephemeral]) => {
      const bench = openBench(RICH);
      const used = new Set(
        Array.from({ length: 16 }, (_, port) => bench.sent(peer, tcp(4000 + port, 80, SYN)).inner.src),
      );
      expect(used.size).toBeGreaterThan(1);
      expect(used).not.toContain(ephemeral.toString());
    },
  );

  it("keep a flow when another comes that would be preferred (external_ip_epoch_affinity_preserved)", () => {
    const bench = openBench({ ...G1, external4: { ...G1.external4, ephemeralIp: EPHEMERAL4 } });
    bench.received("8.8.8.8", EPHEMERAL4.toString(), tcp(1000, 80, SYN), FROM_OUTSIDE);
    bench.vpc.setExternalIps({ externalIpsV4: RICH.external4 });
    expect(bench.sent("8.8.8.8", tcp(80, 1000, SYN | ACK, 0, 1)).inner.src).toBe(EPHEMERAL4.toString());
    expect(FLOATING4.map(String)).toContain(bench.sent("8.8.8.8", tcp(80, 1001, SYN)).inner.src);
  });

  it("can be exchanged: the old one is dead, the new one is used (external_ip_reconfigurable)", () => {
    const bench = openBench({ ...G1, external4: { floatingIps: [EPHEMERAL4] } });
    expect(bench.sent("8.8.8.8", udp(1, 2)).inner.src).toBe(EPHEMERAL4.toString());
    const next = Ipv4Addr.parse("10.60.1.99");
    bench.vpc.setExternalIps({ externalIpsV4: { ephemeralIp: next, floatingIps: [] } });
    expect(bench.receive("8.8.8.8", EPHEMERAL4.toString(), udp(2, 1), FROM_OUTSIDE).text).toBe("drop gateway default");
    expect(bench.sent("8.8.8.8", udp(1, 2)).inner.src).toBe(next.toString());
    expect(bench.receive("8.8.8.8", next.toString(), udp(2, 7), FROM_OUTSIDE).text).toBe("modified");
  });

  it("of one family are lost when only those of the other are given", () => {
    const bench = openBench(RICH);
    bench.vpc.setExternalIps({ externalIpsV4: RICH.external4 });
    expect(bench.send("2001:db8:7::7", udp(1, 2)).text).toBe("drop nat rule");
    expect(bench.send("8.8.8.8", udp(1, 2)).text).toBe("modified");
  });

  it("go with the internet gateway that the route names (select_eip_conditioned_on_igw)", () => {
    const gateway = (digit: string): Uuid => Uuid.parse(digit.repeat(32));
    const [a, b, c] = [gateway("a"), gateway("b"), gateway("c")];
    const [first, second] = [Ipv4Addr.parse("10.60.1.21"), Ipv4Addr.parse("10.60.1.22")];
    const bench = openBench();
    bench.vpc.setExternalIps({
      externalIpsV4: { floatingIps: [first, second] },
      inetGwMap: [
        [first, [a]],
        [second, [b]],
      ],
    });
    bench.route("1.0.0.0/8", `ig=${a}`);
    bench.route("2.0.0.0/8", `ig=${b}`);
    bench.route("3.0.0.0/8", `ig=${c}`);
    expect(bench.sent("1.1.1.1", udp(1, 2)).inner.src).toBe(first.toString());
    expect(bench.sent("2.2.2.2", udp(1, 2)).inner.src).toBe(second.toString());
    expect(bench.send("3.3.3.3", udp(1, 2)).text).toBe("drop nat rule");
    expect(bench.send("8.8.8.8", udp(1, 2)).text).toBe("drop nat rule");
  });
});

describe("packets quoted in ICMP errors (icmp_inner_has_nat_applied, icmpv6_inner_has_nat_applied)", () => {
  /** An error about a packet. */
  const unreachable = (quoted: readonly number[]): Message =>
    quoted[0] === 0x60 ? icmp(ICMPV6, 1, 0, [0, 0, 0, 0], quoted) : icmp(ICMP, 3, 1, [0, 0, 0, 0], quoted);

  it.each([
    ["8.8.8.8", EPHEMERAL4, 8 + 12],
    ["2001:db8:7::7", EPHEMERAL6, 8 + 8],
  ])("about packets to %s are translated both ways", (peer, external, srcAt) => {
    const is4 = external.family === 4;
    const bench = openBench({
      ...G1,
      external4: { ephemeralIp: EPHEMERAL4, floatingIps: [] },
      external6: { ephemeralIp: EPHEMERAL6, floatingIps: [] },
    });
    const own = is4 ? G1.ip4 : G1.ip6;
    const len = is4 ? 4 : 16;
    const to = IpAddr.parse(peer);

    const inbound = bench.received(
      peer,
      external.toString(),
      unreachable(ipPacket(external, to, udp(1, 2))),
      FROM_OUTSIDE,
    );
    expect([...inbound.message.slice(srcAt, srcAt + len)]).toEqual([...own.bytes]);
    expect(inbound.isSound).toBe(true);

    const outbound = bench.sent(peer, unreachable(ipPacket(to, own, udp(2, 1)))).inner;
    expect([...outbound.message.slice(srcAt + len, srcAt + 2 * len)]).toEqual([...external.bytes]);
    expect(outbound.isSound).toBe(true);
  });
});
