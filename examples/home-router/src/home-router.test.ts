import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EtherType, Ipv4Addr, MacAddr } from "opte-api";
import { DropReason, Frame, makeRule, Verdict } from "opte-core";
import {
  Bench,
  checksumsHold,
  fromGuest,
  fromPeer,
  inside,
  laptop,
  outside,
  peerIp,
  phone,
  read,
} from "../test/bench.ts";
import { server } from "./demo.ts";
import { type Ends, arpRequest, dhcpFrame, DhcpType, echoFrame, tcpFrame, TcpFlag, udpFrame } from "./frames.ts";
import { LEASE_MS, OFFER_MS } from "./guest-leases.ts";

const { Syn, Ack, Fin } = TcpFlag;

/** The message type, the offered address and the server of a DHCP answer. */
function dhcpAnswer(frame: Frame): { type: number | undefined; ip: string; server: string } {
  const message = frame.view().subarray(14 + 20 + 8);
  const address = (at: number): string => Ipv4Addr.fromBytes(message.slice(at, at + 4)).toString();
  return { type: message[242], ip: address(16), server: address(20) };
}

describe("DHCP", () => {
  it("takes a stranger from discover over offer and request to acknowledgement", () => {
    const bench = new Bench();
    const offer = bench.answer(dhcpFrame(laptop, DhcpType.Discover));
    expect(dhcpAnswer(offer)).toEqual({ type: DhcpType.Offer, ip: "192.168.1.3", server: "192.168.1.1" });
    const ack = bench.answer(dhcpFrame(laptop, DhcpType.Request));
    expect(dhcpAnswer(ack)).toEqual({ type: DhcpType.Ack, ip: "192.168.1.3", server: "192.168.1.1" });
    expect(read(ack)).toMatchObject({ src: inside.mac.toString(), dst: laptop.toString() });
    expect(bench.router.guests()).toEqual([{ mac: laptop, ip: Ipv4Addr.parse("192.168.1.3"), expiresMs: LEASE_MS }]);
  });

  it("tells guests the subnet, so that they reach each other without the router", () => {
    const offer = Buffer.from(new Bench().answer(dhcpFrame(laptop, DhcpType.Discover)).toBytes());
    // Option 1 is the subnet mask.
    expect(offer.includes(Buffer.of(1, 4, ...inside.subnet.netmask.bytes))).toBe(true);
  });

  it("gives each guest an address of its own, a reserved one to its guest, and the same to one that asks again", () => {
    const bench = new Bench();
    const ips = [laptop, phone, server.mac, laptop].map((mac) => bench.join(mac).ip.toString());
    expect(ips).toEqual(["192.168.1.3", "192.168.1.4", server.ip.toString(), "192.168.1.3"]);
  });

  it("acknowledges to each guest its own address, whoever came last", () => {
    const bench = new Bench();
    const guests = [bench.join(laptop), bench.join(phone)];
    const acknowledged = guests.map(({ mac }) => dhcpAnswer(bench.answer(dhcpFrame(mac, DhcpType.Request))).ip);
    expect(acknowledged).toEqual(guests.map(({ ip }) => ip.toString()));
  });

  it("has nothing to offer when every address is taken", () => {
    const bench = new Bench({ guestLimit: 2 });
    bench.join(laptop);
    expect(bench.router.process("out", dhcpFrame(phone, DhcpType.Discover))).toBe(Verdict.Drop);
    expect(bench.router.guests()).toHaveLength(1);
  });

  it("ignores a request of somebody to whom nothing was offered", () => {
    const bench = new Bench();
    expect(bench.router.process("out", dhcpFrame(laptop, DhcpType.Request))).toBe(Verdict.Drop);
    expect(bench.router.guests()).toEqual([]);
  });

  it("gives a guest no second address, however oddly it asks", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const before = bench.router.guests();
    const odd = dhcpFrame(laptop, DhcpType.Discover, { ...fromGuest(guest, peerIp), dstMac: MacAddr.BROADCAST });
    expect(bench.router.process("out", odd)).toBe(Verdict.Drop);
    expect(bench.router.guests()).toEqual(before);
  });

  it("is not for the outside", () => {
    const bench = new Bench();
    expect(bench.router.process("in", dhcpFrame(laptop, DhcpType.Discover))).toBe(Verdict.Drop);
    expect(bench.router.guests()).toEqual([]);
  });
});

describe("the end of a lease", () => {
  it("comes a minute after an offer without a request", () => {
    const bench = new Bench();
    bench.answer(dhcpFrame(laptop, DhcpType.Discover));
    bench.nowMs = OFFER_MS;
    bench.router.expire();
    expect(bench.router.guests()).toEqual([]);
    expect(bench.router.process("out", dhcpFrame(laptop, DhcpType.Request))).toBe(Verdict.Drop);
  });

  it("comes a day after the last acknowledgement, which a guest also gets by asking from its address", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    bench.nowMs = LEASE_MS / 2;
    const renewal = bench.answer(dhcpFrame(laptop, DhcpType.Request, fromGuest(guest, inside.ip)));
    expect(dhcpAnswer(renewal)).toMatchObject({ type: DhcpType.Ack, ip: guest.ip.toString() });
    bench.nowMs = LEASE_MS;
    bench.router.expire();
    expect(bench.router.guests()).toHaveLength(1);
    bench.nowMs = LEASE_MS * 1.5;
    bench.router.expire();
    expect(bench.router.guests()).toEqual([]);
  });

  it("is not put off by an answer of another layer, whose rules have ids of their own", () => {
    const bench = new Bench();
    bench.join(laptop);
    const { port } = bench.router;
    const [{ id: acknowledge } = { id: -1 }] = port
      .dumpLayer("inside")
      .rulesOut.filter(({ rule }) => rule.action.includes("ACK"));
    const arp = makeRule(1, { kind: "handlePacket" }, { predicates: [{ kind: "etherType", values: [EtherType.Arp] }] });
    for (let id = 0; id < acknowledge;) id = port.addRule("outside", "in", arp);
    bench.nowMs = 1;
    expect(bench.router.process("in", arpRequest(outside.nextHop, peerIp, outside.ip))).toBe(Verdict.Hairpin);
    expect(port.result.ruleId).toBe(acknowledge);
    expect(bench.router.guests()[0]?.expiresMs).toBe(LEASE_MS);
  });

  it("ends the guest's traffic in both directions, also that of a flow at work, and nobody else's", () => {
    const bench = new Bench();
    const gone = bench.join(laptop);
    bench.nowMs = 1000;
    const stays = bench.join(phone);
    const exchange = (guest: typeof gone): Verdict[] => {
      const asked = udpFrame(fromGuest(guest), 5000, 53);
      const out = bench.router.process("out", asked);
      const { flow } = read(asked);
      const back = udpFrame(fromPeer(), 53, flow.kind === "ports" ? flow.srcPort : 0);
      return [out, bench.router.process("in", back)];
    };
    bench.nowMs = LEASE_MS - 1;
    expect(exchange(gone)).toEqual([Verdict.Modified, Verdict.Modified]);
    expect(exchange(stays)).toEqual([Verdict.Modified, Verdict.Modified]);
    bench.nowMs = LEASE_MS;
    bench.router.expire();
    const late = udpFrame(fromPeer(), 53, 34_815);
    expect(bench.router.process("in", late)).toBe(Verdict.Drop);
    expect(bench.router.port.result).toMatchObject({ layer: "inside", reason: DropReason.LayerDefault });
    expect(exchange(gone)[0]).toBe(Verdict.Drop);
    expect(exchange(stays)).toEqual([Verdict.Modified, Verdict.Modified]);
  });
});

describe("ARP", () => {
  it("tells a guest where the router is", () => {
    const bench = new Bench();
    const reply = bench.answer(arpRequest(laptop, Ipv4Addr.ANY, inside.ip));
    expect([...reply.view().subarray(20, 32)]).toEqual([0, 2, ...inside.mac.bytes, ...inside.ip.bytes]);
  });

  it("tells the provider where the outside address is", () => {
    const { router } = new Bench();
    const request = arpRequest(outside.nextHop, peerIp, outside.ip);
    expect(router.process("in", request)).toBe(Verdict.Hairpin);
    expect([...router.port.result.hairpin.view().subarray(22, 32)]).toEqual([
      ...outside.mac.bytes,
      ...outside.ip.bytes,
    ]);
  });

  it.each([
    ["the inside address, asked from outside", "in" as const, inside.ip],
    ["the outside address, asked by a guest", "out" as const, outside.ip],
    ["another guest", "out" as const, Ipv4Addr.parse("192.168.1.9")],
  ])("says nothing of %s", (_what, dir, target) => {
    const { router } = new Bench();
    expect(router.process(dir, arpRequest(laptop, Ipv4Addr.ANY, target))).toBe(Verdict.Drop);
    expect(router.port.result.reason).toBe(DropReason.HandlePacket);
  });
});

describe("ping", () => {
  it("is answered by the router itself", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const reply = bench.answer(echoFrame(fromGuest(guest, inside.ip), 8, 7));
    expect(read(reply)).toMatchObject({ text: "ICMP/0/0:192.168.1.1:192.168.1.3:7", dst: laptop.toString() });
    expect(checksumsHold(reply)).toBe(true);
  });

  it("of somebody outside gets the answer back, under an id that the router chose", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const sent = read(bench.out(echoFrame(fromGuest(guest), 8, 7)));
    expect(sent.text).toBe("ICMP/8/0:198.51.100.2:203.0.113.7:34815");
    const answer = bench.in(echoFrame(fromPeer(), 0, 34_815));
    expect(read(answer)).toMatchObject({ text: "ICMP/0/0:203.0.113.7:192.168.1.3:7", dst: laptop.toString() });
    expect(checksumsHold(answer)).toBe(true);
  });

  it("from outside is answered by the router itself, whoever asks", () => {
    const { router } = new Bench();
    expect(router.process("in", echoFrame(fromPeer(), 8, 7))).toBe(Verdict.Hairpin);
    const reply = router.port.result.hairpin;
    expect(read(reply)).toMatchObject({
      text: "ICMP/0/0:198.51.100.2:203.0.113.7:7",
      dst: fromPeer().srcMac.toString(),
      src: fromPeer().dstMac.toString(),
    });
    expect(checksumsHold(reply)).toBe(true);
  });
});

describe("a flow that a guest begins", () => {
  it("leaves from the outside address over the provider's gateway, and its answers come back", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    for (const path of [3, 1]) {
      const sent = bench.out(udpFrame(fromGuest(guest), 5000, 53));
      expect(bench.router.port.result.path).toBe(path);
      expect(read(sent)).toMatchObject({
        text: "UDP:198.51.100.2:34815:203.0.113.7:53",
        src: outside.mac.toString(),
        dst: outside.nextHop.toString(),
      });
      expect(checksumsHold(sent)).toBe(true);
      const answer = bench.in(udpFrame(fromPeer(), 53, 34_815, Uint8Array.of(1, 2, 3)));
      expect(bench.router.port.result.path).toBe(path);
      expect(read(answer)).toMatchObject({
        text: "UDP:203.0.113.7:53:192.168.1.3:5000",
        src: inside.mac.toString(),
        dst: laptop.toString(),
      });
      expect(checksumsHold(answer)).toBe(true);
    }
  });

  it("is followed through a TCP connection", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const out = (flags: number, seq: number, ack: number): void => {
      expect(checksumsHold(bench.out(tcpFrame(fromGuest(guest), 5000, 80, flags, seq, ack)))).toBe(true);
    };
    const back = (flags: number, seq: number, ack: number): void => {
      const frame = bench.in(tcpFrame(fromPeer(), 80, 34_815, flags, seq, ack));
      expect(read(frame).text).toBe("TCP:203.0.113.7:80:192.168.1.3:5000");
    };
    out(Syn, 100, 0);
    back(Syn | Ack, 500, 101);
    out(Ack, 101, 501);
    const state = (): unknown => bench.router.port.dumpTcpFlows().flows.map(([, dump]) => dump.tcpState.tcpState);
    expect(state()).toEqual(["Established"]);
    out(Fin | Ack, 101, 501);
    back(Ack, 501, 102);
    back(Fin | Ack, 501, 102);
    expect(state()).toEqual(["TimeWait"]);
  });

  it("has a port that no other flow has, and gives it back when it ends", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const port = (srcPort: number): number => {
      const { flow } = read(bench.out(udpFrame(fromGuest(guest), srcPort, 53)));
      return flow.kind === "ports" ? flow.srcPort : 0;
    };
    expect([port(5000), port(5001), port(5000)]).toEqual([34_815, 34_814, 34_815]);
    bench.nowMs = 60_000;
    bench.router.expire();
    expect(new Set([port(6000), port(6001)])).toEqual(new Set([34_815, 34_814]));
  });

  it("cannot use up the ports of another guest", () => {
    const bench = new Bench({ guestLimit: 253 });
    const [greedy, modest] = [bench.join(laptop), bench.join(phone)];
    const ports = Math.floor(32_768 / 253);
    for (let i = 0; i < ports; i++) bench.out(udpFrame(fromGuest(greedy), 5000 + i, 53));
    expect(bench.router.process("out", udpFrame(fromGuest(greedy), 4999, 53))).toBe(Verdict.Error);
    expect(bench.router.port.result.error).toMatchObject({ cause: { cause: { kind: "resourceExhausted" } } });
    bench.out(udpFrame(fromGuest(modest), 5000, 53));
  });

  it("is translated there and back with right checksums, whatever its ports and bytes", () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(port, port, fc.uint8Array({ maxLength: 32 }), (srcPort, dstPort, body) => {
        const bench = new Bench();
        const guest = bench.join(laptop);
        const sent = bench.out(udpFrame(fromGuest(guest), srcPort, dstPort, body));
        const answer = bench.in(udpFrame(fromPeer(), dstPort, 34_815, body));
        expect(read(answer).flow).toMatchObject({ dst: guest.ip, dstPort: srcPort });
        expect([sent, answer].map(checksumsHold)).toEqual([true, true]);
        expect(answer.view().slice(42)).toEqual(body);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a port forward", () => {
  const open = tcpFrame.bind(undefined, fromPeer(), 6000, 8080, Syn);

  it("takes a connection from outside to a port of a guest, and its answers back", () => {
    const bench = new Bench();
    const guest = bench.join(server.mac);
    const opened = bench.in(open());
    expect(read(opened)).toMatchObject({ text: "TCP:203.0.113.7:6000:192.168.1.2:80", dst: server.mac.toString() });
    const answer = bench.out(tcpFrame(fromGuest(guest), 80, 6000, Syn | Ack, 0, 1));
    expect(read(answer)).toMatchObject({
      text: "TCP:198.51.100.2:8080:203.0.113.7:6000",
      dst: outside.nextHop.toString(),
    });
    expect([opened, answer].map(checksumsHold)).toEqual([true, true]);
    bench.in(tcpFrame(fromPeer(), 6000, 8080, Ack, 1, 1));
    expect(bench.router.port.dumpTcpFlows().flows.map(([, dump]) => dump.tcpState.tcpState)).toEqual(["Established"]);
  });

  it("serves several peers at once", () => {
    const bench = new Bench();
    const guest = bench.join(server.mac);
    for (const peer of [peerIp, Ipv4Addr.parse("203.0.113.8")]) {
      bench.in(tcpFrame(fromPeer(peer), 6000, 8080, Syn));
      const answer = bench.out(tcpFrame(fromGuest(guest, peer), 80, 6000, Syn | Ack, 0, 1));
      expect(read(answer).flow).toMatchObject({ dst: peer, srcPort: 8080 });
    }
  });

  it("leads nowhere while its guest is not there", () => {
    const { router } = new Bench();
    expect(router.process("in", open())).toBe(Verdict.Drop);
    expect(router.port.result.layer).toBe("inside");
  });

  it("is for its protocol alone", () => {
    const bench = new Bench();
    bench.join(server.mac);
    expect(bench.router.process("in", udpFrame(fromPeer(), 6000, 8080))).toBe(Verdict.Drop);
  });
});

describe("a packet from outside that nobody asked for", () => {
  it("is refused by the default of the nat layer, also at the port of another peer's flow", () => {
    const bench = new Bench();
    bench.out(udpFrame(fromGuest(bench.join(laptop)), 5000, 53));
    for (const ends of [fromPeer(), fromPeer(Ipv4Addr.parse("203.0.113.8"))]) {
      expect(bench.router.process("in", udpFrame(ends, 54, 34_815))).toBe(Verdict.Drop);
      expect(bench.router.port.result).toMatchObject({ layer: "nat", reason: DropReason.LayerDefault });
    }
    expect(bench.router.port.stats()).toMatchObject({ in_drop_layer: 2 });
  });

  it.each([
    ["to an inside address", { dst: Ipv4Addr.parse("192.168.1.3") }],
    ["to another station on the provider's link", { dstMac: MacAddr.parse("02:00:00:00:00:77") }],
  ])("%s does not get past the outside layer", (_what, change) => {
    const bench = new Bench();
    bench.join(laptop);
    expect(bench.router.process("in", udpFrame({ ...fromPeer(), ...change }, 53, 5000))).toBe(Verdict.Drop);
    expect(bench.router.port.result.layer).toBe("outside");
  });
});

describe("a guest's packet that must not leave", () => {
  it.each([
    ["the address of another guest as its source", (ends: Ends) => ({ ...ends, src: server.ip })],
    ["another guest as its destination", (ends: Ends) => ({ ...ends, dst: server.ip })],
    ["the router's outside address as its destination", (ends: Ends) => ({ ...ends, dst: outside.ip })],
    ["another station as its Ethernet destination", (ends: Ends) => ({ ...ends, dstMac: server.mac })],
    ["an unknown sender", (ends: Ends) => ({ ...ends, srcMac: phone })],
  ])("is one with %s", (_what, change) => {
    const bench = new Bench();
    bench.join(server.mac);
    const ends = change(fromGuest(bench.join(laptop)));
    expect(bench.router.process("out", udpFrame(ends, 5000, 53))).toBe(Verdict.Drop);
    expect(bench.router.port.result.layer).toBe("inside");
  });

  it("is one that was not translated, should the nat layer ever let it through", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    bench.router.port.setRules("nat", { in: [], out: [makeRule(1, { kind: "allow" })] });
    expect(bench.router.process("out", udpFrame(fromGuest(guest), 5000, 53))).toBe(Verdict.Drop);
    expect(bench.router.port.result.layer).toBe("outside");
  });

  it("is one of IPv6", () => {
    const { router } = new Bench();
    const udp = [0, 1, 0, 2, 0, 8, 0, 0];
    const ipv6 = [0x60, 0, 0, 0, 0, 8, 17, 64, ...new Uint8Array(32), ...udp];
    const frame = Frame.ofGuest(Uint8Array.of(...inside.mac.bytes, ...laptop.bytes, 0x86, 0xdd, ...ipv6));
    expect(router.process("out", frame)).toBe(Verdict.Drop);
    expect(router.port.result.layer).toBe("inside");
  });
});

describe("the router as a whole", () => {
  it("never throws and stays usable, whatever the bytes", () => {
    const bench = new Bench();
    const guest = bench.join(laptop);
    const dir = fc.constantFrom("in" as const, "out" as const);
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 60 }).map((body) => udpFrame(fromGuest(guest), 68, 67, body).toBytes()),
    );
    fc.assert(
      fc.property(dir, frame, (direction, bytes) => {
        expect(Object.values(Verdict)).toContain(bench.router.process(direction, Frame.ofGuest(bytes)));
      }),
    );
    bench.answer(echoFrame(fromGuest(guest, inside.ip), 8, 1));
  });

  it("shows its rules as dumps do", () => {
    const bench = new Bench();
    bench.join(laptop);
    const { port } = bench.router;
    expect(port.listLayers().map(({ name, rulesIn, rulesOut }) => [name, rulesIn, rulesOut])).toEqual([
      ["inside", 1, 7],
      ["nat", 1, 32],
      ["outside", 3, 1],
    ]);
    expect(port.dumpLayer("nat").rulesIn.map(({ rule }) => rule)).toEqual([
      {
        priority: 10,
        predicates: ["inner.ip.dst=198.51.100.2", "inner.ip.proto=TCP", "inner.ulp.dst=8080"],
        dataPredicates: [],
        action: "Stateful: TCP 8080 => 192.168.1.2:80",
      },
    ]);
  });
});
