import { IpAddr, Ipv6Addr, MacAddr } from "opte-api";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { echo, ICMP, ICMPV6, ipFrame, readFrame, udp, unhex } from "../../../oxide-vpc/test/frames.js";
import { AttachedGuest, settle } from "../../test/guest.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import { MemoryLink } from "../link/memory-link.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
/** On the same sled as A. */
const C = guest(3, "fd44::1");

/** Answers echo requests as a guest's stack does. */
function answersPings(of: AttachedGuest): void {
  of.onFrame = (bytes) => {
    const { src, proto, message } = readFrame(bytes);
    const isRequest = message[0] === (proto === ICMP ? 8 : 128);
    if (isRequest) of.send(IpAddr.parse(src), echo(proto, proto === ICMP ? 0 : 129, 7));
  };
}

/** Two sleds on two links, with A and C on the first and B on the second. */
class TwoSleds {
  readonly first: SledBench;
  readonly second: SledBench;
  readonly onWire: Uint8Array[] = [];

  constructor(mtu = 9000) {
    const [a1, b1] = MemoryLink.pair("u1", "u1", { mtu });
    const [a2, b2] = MemoryLink.pair("u2", "u2", { mtu });
    this.first = new SledBench([a1, a2]);
    this.second = new SledBench([b1, b2]);
  }

  async start(): Promise<void> {
    for (const sled of [this.first, this.second]) await sled.underlay("u1", "u2");
    await this.first.create(A);
    await this.first.create(C);
    await this.second.create(B);
    await this.first.knows(B);
    await this.second.knows(A, C);
  }
}

describe("two sleds", () => {
  let sleds: TwoSleds;
  let a: AttachedGuest;
  let b: AttachedGuest;
  let c: AttachedGuest;

  beforeEach(async () => {
    sleds = new TwoSleds();
    await sleds.start();
    a = new AttachedGuest(sleds.first, A);
    b = new AttachedGuest(sleds.second, B);
    c = new AttachedGuest(sleds.first, C);
  });

  it("xde loopback: a ping crosses the underlay through both ports and is answered, in both families", async () => {
    answersPings(b);
    a.send(B.ip4, echo(ICMP, 8, 7));
    a.send(B.ip6, echo(ICMPV6, 128, 7));
    await settle();
    expect(a.received.map((bytes) => readFrame(bytes))).toMatchObject([
      {
        src: "10.0.0.2",
        dst: "10.0.0.1",
        proto: ICMP,
        isSound: true,
        dstMac: A.mac.toString(),
        srcMac: GATEWAY_MAC.toString(),
      },
      { src: "fd00::2", dst: "fd00::1", proto: ICMPV6, isSound: true, dstMac: A.mac.toString() },
    ]);
    expect(c.received).toEqual([]);
    expect([sleds.first.stat("out_modified", "opte0"), sleds.second.stat("in_modified", "opte1")]).toEqual([2, 2]);
  });

  it("a guest that has no addresses gets them from its port, by DHCP and DHCPv6, and nobody else hears of it", async () => {
    const all = { src: A.mac, dst: MacAddr.BROADCAST };
    const dhcp = (type: number): readonly number[] => [
      ...unhex("010106001122334400000000"),
      ...new Uint8Array(16),
      ...A.mac.bytes,
      ...new Uint8Array(202),
      ...unhex("63825363"),
      ...[53, 1, type, 255],
    ];
    for (const type of [1, 3]) {
      a.sendBytes(ipFrame(all, IpAddr.parse("0.0.0.0"), IpAddr.parse("255.255.255.255"), udp(68, 67, dhcp(type))));
    }
    const linkLocal = Ipv6Addr.fromEui64(A.mac);
    // Client id, elapsed time, and the wish for an address
    const solicit = unhex(
      "01000102" + "0001000a00030001a84025ff0001" + "000800020000" + "0003000c000000070000000000000000",
    );
    a.sendBytes(ipFrame(all, linkLocal, IpAddr.parse("ff02::1:2"), udp(546, 547, [...solicit])));
    const answers = a.received.map((bytes) => readFrame(bytes));
    // The address stands in yiaddr, the type of the message in the first option; in DHCPv6 in the first option of the IA_NA
    expect(
      answers
        .map(({ src, dst, message }) => ({ src, dst, leased: message.subarray(24, 28).join("."), type: message[250] }))
        .slice(0, 2),
    ).toEqual([
      { src: "10.0.0.254", dst: "10.0.0.1", leased: "10.0.0.1", type: 2 },
      { src: "10.0.0.254", dst: "10.0.0.1", leased: "10.0.0.1", type: 5 },
    ]);
    const advertise = Buffer.from(answers[2]?.message ?? []);
    expect(advertise[8]).toBe(2);
    expect(advertise.includes(Buffer.from(A.ip6.bytes))).toBe(true);
    await settle();
    expect([b.received, c.received]).toEqual([[], []]);
  });

  it("a guest of the same sled is reached without the underlay", async () => {
    answersPings(c);
    a.send(C.ip4, echo(ICMP, 8, 7));
    // At once: no link is involved.
    expect(a.received).toHaveLength(1);
    expect(readFrame(a.received[0] ?? new Uint8Array())).toMatchObject({
      src: "10.0.0.3",
      dst: "10.0.0.1",
      isSound: true,
    });
    await settle();
    expect(b.received).toEqual([]);
    expect(sleds.first.stat("miss", "opte0_route_cache")).toBe(0);
  });

  it("frames of one batch keep their order, and arrive as one batch", () => {
    const batches: number[] = [];
    const second = sleds.first.xde.attach(C.name, (batch) => batches.push(batch.length));
    const frame = (body: string): Uint8Array =>
      ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, C.ip4, udp(1, 2, [...Buffer.from(body)]));
    a.sendBytes(frame("one"), frame("two"), frame("three"));
    second.close();
    expect(c.take().map((line) => line.split(" ").at(-1))).toEqual(["one", "two", "three"]);
    expect(batches).toEqual([3]);
  });

  it("guests get the frames of a batch in the order of their ports, each all of its own at once", async () => {
    const D = { ...guest(4, "fd44::1"), name: "opte3" };
    await sleds.first.create(D);
    const order: string[] = [];
    for (const { name } of [D, C, A]) sleds.first.xde.attach(name, (batch) => order.push(`${name} ${batch.length}`));
    const sender = new AttachedGuest(sleds.first, C);
    const to = (dst: typeof A): Uint8Array => ipFrame({ src: C.mac, dst: GATEWAY_MAC }, C.ip4, dst.ip4, udp(1, 2));
    const toGateway = ipFrame({ src: C.mac, dst: GATEWAY_MAC }, C.ip4, IpAddr.parse("10.0.0.254"), echo(ICMP, 8, 9));
    sender.sendBytes(toGateway, to(D), to(A), to(D), to(A), to(A));
    expect(order).toEqual(["opte0 3", "opte3 2", "opte2 1"]);
  });

  it("guests may send while they receive, as often as they like", () => {
    let left = 20_000;
    for (const [from, to] of [
      [a, C],
      [c, A],
    ] as const) {
      from.onFrame = () => {
        if (left-- > 0) from.sendUdp(to.ip4);
      };
    }
    a.sendUdp(C.ip4);
    expect(a.received.length + c.received.length).toBe(20_001);
  });

  it("an answer that the gateway gives goes back to the guest that sent", () => {
    a.send(IpAddr.parse("10.0.0.254"), echo(ICMP, 8, 9));
    expect(a.received.map((bytes) => readFrame(bytes))).toMatchObject([
      { src: "10.0.0.254", dst: "10.0.0.1", isSound: true },
    ]);
    expect(sleds.first.stat("out_hairpin", "opte0")).toBe(1);
  });

  it("a port runs from the first that opens it to the last that closes it, which forgets its flows", async () => {
    const { xde } = sleds.first;
    const state = async (): Promise<string | undefined> =>
      (await xde.handlers.ListPorts(undefined)).ports.find(({ name }) => name === C.name)?.state;
    expect(await state()).toBe("running");
    const other = xde.attach(C.name, () => undefined);
    c.sendUdp(A.ip4);
    c.port.close();
    c.port.close();
    expect(await state()).toBe("running");
    expect((await xde.handlers.DumpUft({ portName: C.name })).outNumFlows).toBe(1);
    other.close();
    expect(await state()).toBe("ready");
    c.sendUdp(A.ip4);
    expect(a.take()).toHaveLength(1);
    xde.attach(C.name, () => undefined);
    expect((await xde.handlers.DumpUft({ portName: C.name })).outNumFlows).toBe(0);
  });

  it("an open port is not deleted", async () => {
    const { handlers } = sleds.first.xde;
    expect(() => handlers.DeleteXde({ xdeDevname: A.name })).toThrow('port "opte0" is open');
    a.port.close();
    await handlers.DeleteXde({ xdeDevname: A.name });
    expect((await handlers.ListPorts(undefined)).ports.map(({ name }) => name)).toEqual([C.name]);
  });

  it("a receiver that fails costs the others nothing", () => {
    const faulty = sleds.first.xde.attach(A.name, () => {
      throw new Error("guest is gone");
    });
    c.sendUdp(A.ip4);
    expect(a.take()).toHaveLength(1);
    faulty.close();
  });
});
