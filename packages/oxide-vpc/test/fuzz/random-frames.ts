// Random frames of one scene: valid and mutilated ones, of the guest and for it, and answers to those that passed.

import { type Direction, type IpAddr, Ipv6Addr, MacAddr } from "opte-api";
import type { Frame } from "opte-core";
import type { Random } from "../random.js";
import { everyAddress } from "./address-pool.js";
import { FrameWriter } from "./frame-writer.js";
import type { Scene } from "./random-config.js";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/** Room in front of frames, such that inner IP headers stand on 4-byte boundaries. */
const HEADROOM = { out: 326, in: 324 } as const;
const ANSWERS = 16;
const PORTS = [0, 22, 53, 54, 80, 1024, 65535];
const TCP_FLAGS = [0x02, 0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x04, 0x00, 0xff];
/** Of ICMP and ICMPv6: echo, errors, neighbour discovery, timestamps and nonsense. */
const ICMP_TYPES = [8, 8, 0, 3, 5, 11, 12, 13, 128, 255];
const ICMPV6_TYPES = [128, 128, 129, 1, 2, 3, 4, 133, 134, 135, 136, 137, 8];
const NO_OPTIONS = new Uint8Array(0);
const OPTIONS = [
  [0x01, 0x29, 0x00, 0],
  [0x01, 0x29, 0x02, 1, 0, 0, 5, 0xb4],
  [0x01, 0x29, 0x01, 1, 0x40, 0, 0, 0],
  // Multicast without its data, then External, which counts no more
  [0x01, 0x29, 0x01, 0, 0x01, 0x29, 0x00, 0],
  [0xff, 0xff, 0x80, 1, 1, 2, 3, 4, 0x01, 0x29, 0x00, 0],
].map((bytes) => Uint8Array.from(bytes));

/** Who talked to whom; the ports of an echo are its id. */
interface Talk {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly proto: number;
  readonly type: number;
  readonly srcPort: number;
  readonly dstPort: number;
}

/** Addresses in bytes, each list as often as it should be drawn from. */
interface Ends {
  readonly own: Uint8Array;
  readonly gateway: Uint8Array;
  readonly external: readonly Uint8Array[];
  readonly others: readonly Uint8Array[];
  readonly all: readonly Uint8Array[];
}

/** Makes the frames. */
export class RandomFrames {
  readonly #random: Random;
  readonly #scene: Scene;
  readonly #writer: FrameWriter = new FrameWriter();
  readonly #ends: readonly Ends[];
  readonly #gatewayLinkLocal: Uint8Array;
  readonly #guestLinkLocal: Uint8Array;
  /** What passed lately, to be answered in the other direction. */
  readonly #passed: Readonly<Record<Direction, Talk[]>> = { in: [], out: [] };

  constructor(random: Random, scene: Scene) {
    this.#random = random;
    this.#scene = scene;
    const { has4, has6, ipv4, ipv6, config } = scene;
    // Now and then packets of a family that the port has not
    const families = [has4 ? endsOf(ipv4) : [], has6 ? endsOf(ipv6) : []].flat();
    this.#ends = [...families, ...families, ...families, endsOf(random.of([ipv4, ipv6]))].flat();
    this.#gatewayLinkLocal = Ipv6Addr.fromEui64(config.gatewayMac).bytes;
    this.#guestLinkLocal = Ipv6Addr.fromEui64(config.guestMac).bytes;
  }

  /** The next frame; it is written over by the one after it. */
  next(dir: Direction): Frame {
    const writer = this.#writer;
    const random = this.#random;
    // Too little headroom for an encapsulation, at times
    writer.begin(random.below(200) === 0 ? random.below(40) : HEADROOM[dir]);
    if (dir === "out") this.#ofGuest();
    else this.#ofUnderlay();
    writer.end();
    if (random.below(10) === 0) this.#mutilate(writer.frame);
    return writer.frame;
  }

  /** Takes note of a frame that passed, as it is now, to answer it. */
  passed(dir: Direction, { bytes, start, end }: Frame): void {
    // Behind Ethernet, IPv6, UDP and Geneve with its options
    const inner = dir === "in" ? start : start + 70 + ((bytes[start + 62] ?? 0) & 0x3f) * 4;
    const talk = talkOf(bytes, inner, end);
    if (talk === undefined) return;
    const talks = this.#passed[dir];
    if (talks.length < ANSWERS) talks.push(talk);
    else talks[this.#random.below(ANSWERS)] = talk;
  }

  #ofGuest(): void {
    const random = this.#random;
    const { config, macs } = this.#scene;
    const { guestMac, gatewayMac } = config;
    const what = random.below(100);
    if (what < 4) this.#arp();
    else if (what < 8) this.#dhcp4();
    else if (what < 11) this.#dhcp6();
    else if (what < 16) this.#neighborDiscovery();
    else {
      const spoofsMac = random.below(20) === 0;
      const from = {
        dst: random.below(8) === 0 ? random.of(macs) : gatewayMac,
        src: spoofsMac ? random.of(macs) : guestMac,
      };
      this.#packet(from, "out");
    }
  }

  #ofUnderlay(): void {
    const random = this.#random;
    const { config, macs, vnis, ipv4, ipv6 } = this.#scene;
    const { guestMac, physIp } = config;
    if (random.below(50) === 0) {
      this.#packet({ dst: guestMac, src: random.of(macs) }, "in");
      return;
    }
    const outer = { dst: random.of(macs), src: random.of(macs) };
    const options = random.below(2) === 0 ? NO_OPTIONS : random.of(OPTIONS);
    this.#writer.tunnel(outer, physIp.bytes, physIp.bytes, random.of(vnis), options, () => {
      const what = random.below(100);
      if (what < 3) this.#arp();
      else if (what < 6) this.#neighborDiscovery();
      else if (what < 12) this.#toGroup(random.below(2) === 0 ? ipv4 : ipv6);
      else this.#packet({ dst: random.below(15) === 0 ? random.of(macs) : guestMac, src: random.of(macs) }, "in");
    });
  }

  /** A packet of any kind; in half of the cases it answers one that passed in the other direction. */
  #packet(macs: { readonly dst: MacAddr; readonly src: MacAddr }, dir: Direction): void {
    const random = this.#random;
    const answered = this.#passed[dir === "in" ? "out" : "in"];
    if (answered.length > 0 && random.below(2) === 0) {
      const { src, dst, proto, type, srcPort, dstPort } = random.of(answered);
      const reply = type === 8 ? 0 : type === 128 ? 129 : type;
      this.#writer.ipFrame(macs, dst, src, proto, -1, () => this.#message(proto, reply, dstPort, srcPort, src, dst));
      return;
    }
    const { own, gateway, external, others, all } = random.of(this.#ends);
    const mine = dir === "out" ? own : random.of([own, random.of(external)]);
    const near = random.below(12) === 0 ? random.of(all) : mine;
    const far = random.below(10) === 0 ? random.of([gateway, random.of(all)]) : random.of(others);
    const [src, dst] = dir === "out" ? [near, far] : [far, near];
    const isIpv4 = src.length === 4;
    const icmp = isIpv4 ? ICMP : ICMPV6;
    const odd = isIpv4 ? ICMPV6 : ICMP;
    const proto = random.of([TCP, TCP, TCP, UDP, UDP, UDP, icmp, icmp, random.of([odd, 2, 47, 132])]);
    const type = random.of(proto === ICMP ? ICMP_TYPES : ICMPV6_TYPES);
    const oddity = random.below(20) === 0 ? 1 : -1;
    const ports = [random.of(PORTS), random.of(PORTS)] as const;
    this.#writer.ipFrame(macs, src, dst, proto, oddity, () => this.#message(proto, type, ...ports, src, dst));
  }

  /** @param src and `dst` of the packet, which an ICMP error quotes the other way round */
  #message(proto: number, type: number, srcPort: number, dstPort: number, src: Uint8Array, dst: Uint8Array): void {
    const writer = this.#writer;
    const random = this.#random;
    const body = (): void => writer.zeros(random.below(3) * 5);
    if (proto === TCP) {
      writer.tcp(srcPort, dstPort, random.of(TCP_FLAGS), random.below(1000));
      body();
    } else if (proto === ICMP || proto === ICMPV6) {
      writer.icmp(type, random.below(10) === 0 ? 1 : 0, srcPort * 65536 + 1);
      const quoted = (): void => writer.udp(dstPort, srcPort, () => undefined);
      if (type === 8 || type >= 128) body();
      else if (src.length === 4) writer.ipv4(dst, src, UDP, 0, quoted);
      else writer.ipv6(dst, src, UDP, -1, quoted);
    } else {
      writer.udp(srcPort, dstPort, body);
    }
  }

  #toGroup(pool: Scene["ipv4"] | Scene["ipv6"]): void {
    const random = this.#random;
    const group = random.of<IpAddr>(pool.groups);
    const src = random.of<IpAddr>(pool.peers).bytes;
    const macs = { dst: group.multicastMac(), src: random.of(this.#scene.macs) };
    const ports = [random.of(PORTS), random.of(PORTS)] as const;
    this.#writer.ipFrame(macs, src, group.bytes, UDP, -1, () => this.#message(UDP, 0, ...ports, src, group.bytes));
  }

  #arp(): void {
    const writer = this.#writer;
    const random = this.#random;
    const { config, macs, ipv4 } = this.#scene;
    writer.ether(random.below(6) === 0 ? random.of(macs) : MacAddr.BROADCAST, config.guestMac, 0x0806);
    writer.raw(Uint8Array.of(0, 1, 8, 0, 6, 4, 0, random.of([1, 1, 1, 2])));
    writer.raw(config.guestMac.bytes);
    writer.raw(ipv4.own.bytes);
    writer.zeros(6);
    writer.raw(random.of([ipv4.gateway, ipv4.gateway, ...ipv4.peers]).bytes);
  }

  #dhcp4(): void {
    const writer = this.#writer;
    const random = this.#random;
    const { guestMac } = this.#scene.config;
    const src = Uint8Array.of(0, 0, 0, 0);
    writer.ipFrame({ dst: MacAddr.BROADCAST, src: guestMac }, src, Uint8Array.of(255, 255, 255, 255), UDP, -1, () => {
      writer.udp(68, 67, () => {
        writer.raw(Uint8Array.of(1, 1, 6, 0, 1, 2, 3, 4));
        writer.zeros(20);
        writer.raw(guestMac.bytes);
        writer.zeros(10 + 192);
        writer.raw(Uint8Array.of(0x63, 0x82, 0x53, 0x63, 53, 1, random.of([1, 3, 3, 8]), 55, 3, 1, 3, 119, 255));
      });
    });
  }

  #dhcp6(): void {
    const writer = this.#writer;
    const random = this.#random;
    const { guestMac } = this.#scene.config;
    const dst = Ipv6Addr.parse("ff02::1:2");
    writer.ipFrame({ dst: dst.multicastMac(), src: guestMac }, this.#guestLinkLocal, dst.bytes, UDP, -1, () => {
      writer.udp(546, 547, () => {
        writer.raw(Uint8Array.of(random.of([1, 3, 5, 11]), 1, 2, 3, 0, 1, 0, 10, 0, 3, 0, 1));
        writer.raw(guestMac.bytes);
        writer.raw(Uint8Array.of(0, 3, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 4, 0, 23, 0, 24));
      });
    });
  }

  #neighborDiscovery(): void {
    const writer = this.#writer;
    const random = this.#random;
    const { guestMac } = this.#scene.config;
    const isRouter = random.below(2) === 0;
    const gateway = Ipv6Addr.fromBytes(this.#gatewayLinkLocal);
    const dst = isRouter ? Ipv6Addr.ALL_ROUTERS : random.of([gateway.solicitedNode(), Ipv6Addr.ALL_NODES]);
    const src = random.below(5) === 0 ? Ipv6Addr.ANY.bytes : this.#guestLinkLocal;
    writer.ipFrame({ dst: dst.multicastMac(), src: guestMac }, src, dst.bytes, ICMPV6, -1, () => {
      writer.icmp(isRouter ? 133 : random.of([135, 135, 136, 137]), 0, 0);
      if (!isRouter) writer.raw(this.#gatewayLinkLocal);
      writer.raw(Uint8Array.of(1, 1));
      writer.raw(guestMac.bytes);
    });
  }

  /** Changes a few bytes, cuts the end off or adds to it. */
  #mutilate(frame: Frame): void {
    const random = this.#random;
    const { bytes, start, end } = frame;
    const what = random.below(4);
    if (what === 0) frame.end = start + random.below(end - start + 1);
    else if (what === 1) frame.end = end + random.below(64);
    else for (let i = random.below(4); i >= 0; i--) bytes[start + random.below(end - start)] = random.below(256);
  }
}

function endsOf(pool: Scene["ipv4"] | Scene["ipv6"]): [Ends] {
  const inBytes = (ips: readonly IpAddr[]): Uint8Array[] => ips.map((ip) => ip.bytes);
  const { own, gateway, peers, external, outside, groups } = pool;
  return [
    {
      own: own.bytes,
      gateway: gateway.bytes,
      external: inBytes(external),
      others: inBytes([...peers, ...outside, ...outside, ...outside, ...groups.slice(0, 1)]),
      all: inBytes(everyAddress<IpAddr>(pool)),
    },
  ];
}

/** Ends and protocol of a frame with an IP packet without options or extension headers. */
function talkOf(bytes: Uint8Array, frame: number, end: number): Talk | undefined {
  const u8 = (at: number): number => bytes[at] ?? 0;
  const u16 = (at: number): number => u8(at) * 256 + u8(at + 1);
  const ip = frame + 14;
  const isIpv4 = u8(ip) === 0x45;
  if (!isIpv4 && u8(ip) >>> 4 !== 6) return undefined;
  const length = isIpv4 ? 4 : 16;
  const addresses = ip + (isIpv4 ? 12 : 8);
  const message = addresses + 2 * length;
  if (message + 8 > end) return undefined;
  const proto = u8(isIpv4 ? ip + 9 : ip + 6);
  const isIcmp = proto === ICMP || proto === ICMPV6;
  if (!isIcmp && proto !== TCP && proto !== UDP) return undefined;
  return {
    src: bytes.slice(addresses, addresses + length),
    dst: bytes.slice(addresses + length, message),
    proto,
    type: isIcmp ? u8(message) : 0,
    srcPort: u16(message + (isIcmp ? 4 : 0)),
    dstPort: u16(message + (isIcmp ? 4 : 2)),
  };
}
