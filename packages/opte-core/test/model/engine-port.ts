// The engine's port set up as the model's is, and frames for the model's packets.

import { EtherType, IpProtocol, Ipv6Addr, MacAddr, Vni, type Direction, type IpAddr } from "opte-api";
import type { Action, StaticGenerator } from "../../src/action/action.js";
import { InboundNat, OutboundNat } from "../../src/action/nat.js";
import { INTERNAL_TARGET } from "../../src/action/metadata.js";
import { Snat, SnatPools } from "../../src/action/snat.js";
import { Frame } from "../../src/packet/frame.js";
import { parseGeneve, parseGuest } from "../../src/packet/parse.js";
import { PortBuilder } from "../../src/port/builder.js";
import type { HandlePacketOutcome, NetworkDefinition } from "../../src/port/network-definition.js";
import type { Port, RulePair } from "../../src/port/port.js";
import type { Predicate } from "../../src/predicate/predicate.js";
import { makeRule, type Rule } from "../../src/rule/rule.js";
import type { HeaderTransform } from "../../src/transform/header-transform.js";
import { innerFrame, tunnelFrame } from "../frames.js";
import { ADDRESSES, DEFAULT_FLOW, Host, isIpv6, TCP, UDP, type ModelPacket } from "./model-flow.js";
import type { ModelLayerSpec } from "./model-layer.js";
import { FIRST_PORT } from "./model-nat.js";
import type { ModelSizes } from "./model-port.js";
import type { RuleDraft } from "./model-rules.js";

/** A port of the engine with what the test moves around it. */
export class EnginePort {
  readonly port: Port;
  readonly pools: SnatPools = new SnatPools();
  readonly guest: IpAddr = address(Host.Guest);
  nowMs: number = 1_000_000;
  isAssigned: boolean = true;
  readonly #actions: Readonly<Record<RuleDraft["action"], Action>>;
  readonly #frames: Map<string, Uint8Array> = new Map();

  constructor(layers: readonly ModelLayerSpec[], sizes: ModelSizes) {
    this.pools.add(this.guest, address(Host.SnatExternal), { first: FIRST_PORT, last: FIRST_PORT + sizes.ports - 1 });
    this.#actions = this.#makeActions();
    const builder = new PortBuilder("model0", MacAddr.ZERO, { clock: { nowMs: () => this.nowMs } });
    for (const spec of layers) builder.addLayer(spec, { at: "last" });
    this.port = builder.create(NETWORK, sizes);
  }

  rule({ priority, action, family, proto, src, dst, dstPort }: RuleDraft): Rule {
    const predicates: Predicate[] = [];
    if (family !== undefined) {
      predicates.push({ kind: "etherType", values: [family === 4 ? EtherType.Ipv4 : EtherType.Ipv6] });
    }
    if (proto !== undefined) predicates.push({ kind: "ipProtocol", values: [proto] });
    if (src !== undefined) predicates.push(addressPredicate("Src", address(src)));
    if (dst !== undefined) predicates.push(addressPredicate("Dst", address(dst)));
    if (dstPort !== undefined) predicates.push({ kind: "dstPort", values: [dstPort] });
    return makeRule(priority, this.#actions[action], { predicates });
  }

  rules(drafts: Readonly<Record<Direction, readonly RuleDraft[]>>): RulePair {
    return { in: drafts.in.map((draft) => this.rule(draft)), out: drafts.out.map((draft) => this.rule(draft)) };
  }

  /** A fresh frame: encapsulated if it comes from the network. */
  frame({ dir, flow, tcp, hasBody }: ModelPacket): Frame {
    const key = `${dir} ${hasBody ? "+" : ""}${flow.text}`;
    const bytes = this.#frames.get(key) ?? buildFrame(dir, flow, hasBody);
    this.#frames.set(key, bytes);
    const frame = dir === "in" ? Frame.ofUnderlay(bytes) : Frame.ofGuest(bytes);
    if (tcp === undefined) return frame;
    // The TCP header is 20 bytes, the body 4; wrong checksums are nobody's business here.
    const ulp = frame.end - (hasBody ? 24 : 20);
    const view = new DataView(frame.bytes.buffer);
    view.setUint32(ulp + 4, tcp.seq);
    view.setUint32(ulp + 8, tcp.ack);
    view.setUint8(ulp + 13, flagsByte(tcp.flags));
    return frame;
  }

  #makeActions(): Readonly<Record<RuleDraft["action"], Action>> {
    const guestNat = address(Host.GuestNat);
    const isAssigned = (): boolean => this.isAssigned;
    return {
      allow: { kind: "allow" },
      statefulAllow: { kind: "statefulAllow" },
      deny: { kind: "deny" },
      handlePacket: { kind: "handlePacket" },
      meta: {
        kind: "meta",
        generator: {
          text: "internal",
          modify: (_dir, _packet, metadata) => {
            metadata.insert(INTERNAL_TARGET, "1");
            return { kind: "done" };
          },
        },
      },
      hairpin: {
        kind: "hairpin",
        generator: {
          text: "answer",
          reply: (_dir, packet, reply) => {
            reply.reset(14);
            if (packet.proto === UDP) return { kind: "deny" };
            return packet.ulp >= 0 && packet.proto !== TCP ? { kind: "malformed" } : { kind: "done" };
          },
        },
      },
      snat: { kind: "stateful", generator: new Snat(this.guest, this.pools) },
      natOut: { kind: "stateful", generator: new OutboundNat(guestNat, [address(Host.NatExternal)], isAssigned) },
      natIn: { kind: "stateful", generator: new InboundNat(guestNat, isAssigned) },
      encap: { kind: "static", generator: ENCAP },
      decap: { kind: "static", generator: { text: "decap", headerTransform: () => ({ kind: "value", value: DECAP }) } },
    };
  }
}

const NETWORK: NetworkDefinition = {
  parse: (dir, packet) =>
    dir === "in" ? parseGeneve(packet, packet.frame, () => -1) : parseGuest(packet, packet.frame),
  handlePacket: (_dir, packet, reply): HandlePacketOutcome => {
    reply.reset(14);
    if (packet.ulp < 0) return { kind: "hairpin" };
    if (packet.proto === TCP) return { kind: "allow" };
    return packet.proto === UDP ? { kind: "deny" } : { kind: "error", text: "cannot handle it" };
  },
};

const DECAP: HeaderTransform = {
  name: "decap",
  outerEther: { kind: "pop" },
  outerIp: { kind: "pop" },
  outerEncap: { kind: "pop" },
};

/** Sends each destination's packets through a tunnel of its own. */
const ENCAP: StaticGenerator = {
  text: "encap",
  headerTransform: (_dir, packet) => {
    const lastByte = packet.flow.toFlowId().dst.bytes.at(-1) ?? 0;
    const [src, dst] = [Ipv6Addr.fromWords(0xfd00_0000, 0, 0, 1), Ipv6Addr.fromWords(0xfd00_0000, 0, 1, lastByte)];
    return {
      kind: "value",
      value: {
        name: "encap",
        outerEther: { kind: "push", header: { dst: MacAddr.ZERO, src: MacAddr.ZERO, etherType: EtherType.Ipv6 } },
        outerIp: { kind: "push", header: { version: 6, src, dst, protocol: IpProtocol.Udp } },
        outerEncap: { kind: "push", header: { entropy: 7, vni: Vni.of(lastByte), options: [] } },
      },
    };
  },
};

function addressPredicate(end: "Src" | "Dst", value: IpAddr): Predicate {
  return value.family === 4 ? { kind: `ipv4${end}`, values: [value] } : { kind: `ipv6${end}`, values: [value] };
}

function address(host: number): IpAddr {
  const found = ADDRESSES[host];
  if (found === undefined) throw new RangeError(`There is no host ${host}`);
  return found;
}

function flagsByte(letters: string): number {
  const bits = new Map(Object.entries({ F: 1, S: 2, R: 4, A: 16 }));
  return Array.from(letters).reduce((byte, letter) => byte | (bits.get(letter) ?? 0), 0);
}

function buildFrame(dir: Direction, flow: ModelPacket["flow"], hasBody: boolean): Uint8Array {
  const inner = flow === DEFAULT_FLOW ? arpFrame() : ipFrame(flow, hasBody);
  if (dir === "out") return inner;
  return tunnelFrame({ extensions: [], dscpEcn: 0, entropy: 1, vni: 9, flags: 0, options: [] }, inner);
}

function ipFrame({ proto, src, dst, first, second, ...flow }: ModelPacket["flow"], hasBody: boolean): Uint8Array {
  const hasPorts = proto === TCP || proto === UDP;
  return innerFrame({
    version: isIpv6({ proto, src, dst, first, second, ...flow }) ? 6 : 4,
    proto,
    src: address(src).bytes,
    dst: address(dst).bytes,
    // On the wire the type comes before the code.
    info: [hasPorts ? first : (first % 256) * 256 + Math.floor(first / 256), second],
    tcpFlags: 0,
    ipOptions: 0,
    extensions: [],
    tcpOptions: 0,
    body: Uint8Array.from(hasBody ? [1, 2, 3, 4] : []),
    padding: 0,
    checksumError: 0,
    noChecksum: false,
  });
}

function arpFrame(): Uint8Array {
  const request = [0, 1, 8, 0, 6, 4, 0, 1, ...new Uint8Array(20)];
  return Uint8Array.of(...new Uint8Array(12).fill(0xff), 8, 6, ...request);
}
