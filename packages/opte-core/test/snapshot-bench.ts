// A port with every kind of state that a snapshot carries, and the codec of its network.

import { EtherType, IpAddr, Ipv4Addr, Ipv4Cidr, MacAddr, Vni, type Direction } from "opte-api";
import {
  type Action,
  Frame,
  freePortsValue,
  makeRule,
  type NetworkDefinition,
  natBodyValue,
  natDescriptorValue,
  OutboundNat,
  parseGuest,
  type Port,
  PortBuilder,
  readFreePorts,
  readNatBody,
  readNatDescriptor,
  type Rule,
  Snat,
  SnatPools,
  type SnapshotDecoder,
  type SnapshotEncoder,
  type SnapshotExtent,
  SnapshotReader,
  type SnapshotValue,
} from "../src/index.js";

const MAC = MacAddr.parse("02:00:00:00:00:01");
const GUEST = Ipv4Addr.parse("10.0.0.1");
const SNAT_IP = Ipv4Addr.parse("203.0.113.1");
const NAT_IP = Ipv4Addr.parse("203.0.113.2");
/** The peers of {@link NAT_IP}; others are reached by SNAT. */
const NAT_PEERS = Ipv4Cidr.parse("198.51.100.0/25");
const LIMITS = { uft: 16, tcp: 10 } as const;

const network: NetworkDefinition = {
  parse: (_dir, packet) => parseGuest(packet, packet.frame),
  handlePacket: () => ({ kind: "deny" }),
};

const TUNNEL: Action = {
  kind: "static",
  generator: {
    text: "tunnel",
    implicitPredicates: [],
    implicitDataPredicates: [],
    headerTransform: (_dir, packet) => ({
      kind: "value",
      value: {
        name: "encap",
        outerEther: { kind: "push", header: { dst: MAC, src: MAC, etherType: EtherType.Ipv4 } },
        outerIp: { kind: "push", header: { version: 4, src: NAT_IP, dst: SNAT_IP, protocol: 17 } },
        outerEncap: { kind: "push", header: { entropy: packet.flow.words[8] ?? 0, vni: Vni.of(7), options: [] } },
      },
    }),
  },
};

/** Rules by what the codec calls them. */
type RuleName = number;

/** A change of the port, or a packet. */
export type Step =
  | { readonly kind: "packet"; readonly dir: Direction; readonly frame: Uint8Array }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "expire" | "clearUft" | "newPools" | "addRule" }
  | { readonly kind: "clearLft"; readonly layer: string }
  | { readonly kind: "removeRule"; readonly id: number };

/** A port whose clock starts where it likes. */
export class SnapshotBench {
  readonly port: Port;
  #nowMs: number;
  #pools: SnatPools = poolsOf();
  readonly #names = new WeakMap<Rule, RuleName>();

  /** @param taken what another bench took; without it the port is new and running */
  constructor(nowMs: number, taken?: unknown) {
    this.#nowMs = nowMs;
    const builder = new PortBuilder("opte0", MAC, { clock: { nowMs: () => this.#nowMs } })
      .addLayer({ name: "tunnel", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "first" })
      .addLayer({ name: "nat", defaultIn: "allow", defaultOut: "allow", flowLimit: 3 }, { at: "first" })
      .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: 8 }, { at: "first" });
    if (taken !== undefined) {
      const reader = new SnapshotReader(taken, "bench");
      readFreePorts(reader.get("free"), this.#pools, GUEST);
      this.port = builder.restore(network, LIMITS, reader.get("port").raw, this.#decoder());
      return;
    }
    this.port = builder
      .addRule("tunnel", "out", this.#named(0))
      .addRule("nat", "out", this.#named(1))
      .addRule("nat", "out", this.#named(2))
      .create(network, LIMITS);
    this.port.start();
  }

  take(extent: SnapshotExtent = "all"): SnapshotValue {
    return { port: this.port.snapshot(this.#encoder(), extent), free: freePortsValue(this.#pools, GUEST) };
  }

  /** Copies the port as it stands. @returns writes the copy down, as {@link take} would have done */
  copy(): () => Generator<undefined, SnapshotValue> {
    const copy = this.port.copy(this.#encoder());
    const free = freePortsValue(this.#pools, GUEST);
    return function* write() {
      return { port: yield* copy.write(), free };
    };
  }

  /** Takes a step. @returns what can be seen of it */
  run(step: Step): unknown {
    switch (step.kind) {
      case "packet": {
        const frame = Frame.ofGuest(step.frame);
        const verdict = this.port.process(step.dir, frame);
        const { reason, layer, path, l4Hash, error } = this.port.result;
        return { verdict, reason, layer, path, l4Hash, error, frame: frame.toBytes() };
      }
      case "advance":
        this.#nowMs += step.ms;
        return undefined;
      case "expire":
        this.port.expireFlows();
        return undefined;
      case "clearUft":
        this.port.clearUft();
        return undefined;
      case "clearLft":
        this.port.clearLft(step.layer);
        return undefined;
      case "newPools":
        this.#pools = poolsOf();
        this.port.setRulesSoft("nat", { in: [], out: [this.#named(1), this.#named(2)] });
        return undefined;
      case "addRule":
        return this.port.addRule("guard", "in", this.#named(3));
      case "removeRule":
        try {
          this.port.removeRule("guard", "in", step.id);
          return true;
        } catch {
          return false;
        }
    }
  }

  /** All that the port tells about itself. */
  state(): unknown {
    const { port } = this;
    return {
      epoch: port.epoch,
      uft: port.dumpUft(),
      tcp: port.dumpTcpFlows(),
      stats: port.stats(),
      layers: port.listLayers().map(({ name }) => [port.dumpLayer(name), port.layerStats(name)]),
    };
  }

  #named(name: RuleName): Rule {
    const rule = this.#rule(name);
    this.#names.set(rule, name);
    return rule;
  }

  #rule(name: RuleName): Rule {
    switch (name) {
      case 0:
        return makeRule(1, TUNNEL);
      case 1:
        return makeRule(10, { kind: "stateful", generator: new Snat(GUEST, this.#pools) });
      case 2:
        return makeRule(
          5,
          { kind: "stateful", generator: new OutboundNat(GUEST, [NAT_IP], isAssigned) },
          { predicates: [{ kind: "ipv4Dst", values: [NAT_PEERS] }] },
        );
      default:
        return makeRule(7, { kind: "statefulAllow" });
    }
  }

  #encoder(): SnapshotEncoder {
    return {
      rule: (_layer, _dir, rule) => this.#names.get(rule) ?? null,
      descriptor: (_layer, descriptor) => natDescriptorValue(descriptor, [this.#pools]) ?? null,
      bodyTransform: (body) => natBodyValue(body) ?? null,
    };
  }

  #decoder(): SnapshotDecoder {
    return {
      rule: (_layer, _dir, value) => this.#named(value.integer(0, 3)),
      descriptor: (_layer, value) => readNatDescriptor(value, [this.#pools], isAssigned),
      bodyTransform: readNatBody,
    };
  }
}

/** TCP, UDP, an echo request, or an ICMP error, whose flow no program can serve. */
export type Message =
  | { readonly kind: "tcp"; readonly port: number; readonly flags: number; readonly seq: number; readonly ack: number }
  | { readonly kind: "udp" | "echo" | "unreachable"; readonly port: number };

/** A frame between the guest, or its external address, and a peer, 198.51.100.`peer`. */
export function frameOf(dir: Direction, peer: number, message: Message): Uint8Array {
  const remote = [198, 51, 100, peer];
  const external = peer < 128 ? NAT_IP : SNAT_IP;
  const ends = dir === "out" ? [...GUEST.bytes, ...remote] : [...remote, ...external.bytes];
  const ports = dir === "out" ? [...u16(message.port), 0, 80] : [0, 80, ...u16(message.port)];
  const [proto, payload] = payloadOf(message, ports, ends);
  const header = [0x45, 0, ...u16(20 + payload.length), 0, 1, 0, 0, 64, proto, 0, 0, ...ends];
  return Uint8Array.from([...MAC.bytes, 2, 0, 0, 0, 0, 2, 8, 0, ...header, ...payload]);
}

function payloadOf(message: Message, ports: readonly number[], ends: readonly number[]): [number, number[]] {
  switch (message.kind) {
    case "tcp":
      return [
        6,
        [...ports, ...u32(message.seq), ...u32(message.ack), 0x50, message.flags, 0xff, 0xff, 0, 0, 0, 0, 1, 2],
      ];
    case "udp":
      return [17, [...ports, 0, 12, 0, 0, 1, 2, 3, 4]];
    case "echo":
      return [1, [8, 0, 0, 0, ...u16(message.port), 0, 1]];
    case "unreachable":
      return [1, [3, 1, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, ...ends, ...ports, 0, 8, 0, 0]];
  }
}

function poolsOf(): SnatPools {
  const pools = new SnatPools();
  pools.add(GUEST, SNAT_IP, { first: 4000, last: 4005 });
  return pools;
}

function isAssigned(ip: IpAddr): boolean {
  return IpAddr.equals(ip, NAT_IP);
}

function u16(value: number): number[] {
  return [value >>> 8, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
