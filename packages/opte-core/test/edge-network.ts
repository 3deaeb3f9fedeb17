// A network with everything that a port can do to a packet, in tables so small that they fill: for tests of whole ports.
//
//   guest ─► gateway ─► firewall ─► nat ─► overlay ─► underlay
//            hairpins   stateful    SNAT,  Geneve
//            metadata               NAT

import { EtherType, Ipv4Addr, Ipv4Cidr, MacAddr, Vni } from "opte-api";
import {
  type Action,
  DONE,
  type FlowDescriptor,
  flowCrc32,
  InboundNat,
  IcmpEchoReply,
  INTERNAL_TARGET,
  type LogLevel,
  makeRule,
  type NetworkDefinition,
  OutboundNat,
  parseGeneve,
  parseGuest,
  type Port,
  PortBuilder,
  type Rule,
  type RulePair,
  Snat,
  SnatPools,
  type StatefulGenerator,
} from "../src/index.js";
import { knownOption } from "./parsing.js";
import { hearAll } from "./probe-listener.js";
import { ether, geneve, ip } from "./rewriting.js";

/** A guest that shares an external address, by SNAT. */
export const SHARING: Ipv4Addr = Ipv4Addr.parse("10.0.0.5");
/** A guest with an external address of its own, by NAT. */
export const FLOATING: Ipv4Addr = Ipv4Addr.parse("10.0.0.6");
export const SHARED_IP: Ipv4Addr = Ipv4Addr.parse("198.51.100.9");
export const FLOATING_IP: Ipv4Addr = Ipv4Addr.parse("198.51.100.7");
export const GATEWAY_IP: Ipv4Addr = Ipv4Addr.parse("10.0.0.1");
/** What the gateway calls inside. */
export const INSIDE: Ipv4Addr = Ipv4Addr.parse("10.1.0.8");
/** Flows to this port lend a port of the shared address and then fail. */
export const FAULTY_PORT = 7;
/** SNAT ports that are lent. */
export const SHARED_PORTS = { first: 2001, last: 2002 } as const;

/** Sizes of the tables. */
export interface EdgeLimits {
  readonly uft: number;
  readonly tcp: number;
  readonly firewall: number;
  readonly nat: number;
}

/** A running port of the network, and what its surroundings have seen of it. */
export interface Edge {
  readonly port: Port;
  readonly pools: SnatPools;
  /** Every probe and log line so far, as text. */
  readonly heard: readonly string[];
  /** Rules that send flows through NAT; `setRules` of layer `nat` takes them again. */
  readonly natRules: RulePair;
  nowMs: number;
  /** Whether flows through NAT outlive a soft rule change. */
  isAssigned: boolean;
}

/** A rule of the firewall: what goes to or comes from this remote port. */
export function firewallRule(action: Action, priority: number, remotePort: number, dir: "in" | "out"): Rule {
  const kind = dir === "in" ? "srcPort" : "dstPort";
  return makeRule(priority, action, { predicates: [{ kind, values: [remotePort] }] });
}

/** Makes the port; two made with the same limits behave alike. */
export function makeEdge(limits: EdgeLimits): Edge {
  const heard: string[] = [];
  const pools = new SnatPools();
  pools.add(SHARING, SHARED_IP, SHARED_PORTS);
  const state = { nowMs: 1_000_000, isAssigned: true };
  const natRules = rulesOfNat(pools, () => state.isAssigned);
  const log = { log: (level: LogLevel, text: string) => heard.push(`${level} ${text}`) };
  const builder = new PortBuilder("edge", MacAddr.ZERO, {
    clock: { nowMs: () => state.nowMs },
    log,
    probes: hearAll(heard),
  });
  const open = { defaultIn: "allow", defaultOut: "allow", flowLimit: 1 } as const;
  builder
    .addLayer({ ...open, name: "gateway", rules: GATEWAY_RULES }, { at: "last" })
    .addLayer(
      { name: "firewall", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: limits.firewall },
      { at: "last" },
    )
    .addLayer({ ...open, name: "nat", flowLimit: limits.nat, rules: natRules }, { at: "last" })
    .addLayer({ ...open, name: "overlay", rules: OVERLAY_RULES }, { at: "last" });
  const port = builder.create(network, { uft: limits.uft, tcp: limits.tcp });
  port.start();
  return Object.assign(state, { port, pools, heard, natRules });
}

/** Everything that can be seen of a port and of what its actions hold, as text. */
export function stateOf({ port, pools, heard }: Edge): string {
  const layers = port.listLayers().map(({ name }) => [port.dumpLayer(name), port.layerStats(name)]);
  const free = [pools.tcp, pools.udp, pools.icmp].map((pool) => pool.available(SHARING));
  const lists = [port.listLayers(), port.dumpUft(), port.dumpTcpFlows(), port.stats(), port.epoch, port.state];
  return JSON.stringify([lists, layers, free, heard.length]);
}

const network: NetworkDefinition = {
  parse: (dir, packet) =>
    dir === "out" ? parseGuest(packet, packet.frame) : parseGeneve(packet, packet.frame, knownOption),
  handlePacket: (dir, { frame, ether: at }, reply) => {
    if (dir === "in") return { kind: "deny" };
    if (frame.length % 2 === 1) return { kind: "error", text: "odd" };
    reply.reset(14);
    reply.bytes.set(frame.bytes.subarray(at, at + 14), reply.start);
    return { kind: "hairpin" };
  },
};

const GATEWAY_RULES: RulePair = {
  in: [],
  out: [
    makeRule(1, { kind: "handlePacket" }, { predicates: [{ kind: "etherType", values: [EtherType.Arp] }] }),
    makeRule(2, {
      kind: "hairpin",
      generator: new IcmpEchoReply({
        guestMac: MacAddr.parse("a8:40:25:fa:fa:37"),
        guestIp: SHARING,
        gatewayMac: MacAddr.parse("a8:40:25:ff:77:77"),
        gatewayIp: GATEWAY_IP,
      }),
    }),
    makeRule(
      3,
      {
        kind: "meta",
        generator: {
          text: "inside",
          modify: (_dir, _packet, metadata) => {
            metadata.insert(INTERNAL_TARGET, "1");
            return DONE;
          },
        },
      },
      { predicates: [{ kind: "ipv4Dst", values: [Ipv4Cidr.parse("10.1.0.0/16")] }] },
    ),
  ],
};

const OVERLAY_RULES: RulePair = {
  in: [makeRule(1, { kind: "static", generator: decap() })],
  out: [makeRule(1, { kind: "static", generator: encap() }, { predicates: [{ kind: "etherType", values: [0x0800] }] })],
};

function encap(): Extract<Action, { kind: "static" }>["generator"] {
  return {
    text: "encap",
    headerTransform: (_dir, packet) => ({
      kind: "value",
      value: {
        name: "encap",
        outerEther: { kind: "push", header: ether },
        outerIp: { kind: "push", header: ip },
        outerEncap: {
          kind: "push",
          header: {
            ...geneve,
            entropy: flowCrc32(packet.flow) & 0xffff,
            vni: Vni.of(7 + (packet.flow.toFlowId().dst.bytes.at(-1) ?? 0)),
          },
        },
      },
    }),
  };
}

function decap(): Extract<Action, { kind: "static" }>["generator"] {
  const pop = { kind: "pop" } as const;
  const value = { name: "decap", outerEther: pop, outerIp: pop, outerEncap: pop };
  return { text: "decap", headerTransform: () => ({ kind: "value", value }) };
}

function rulesOfNat(pools: SnatPools, isAssigned: () => boolean): RulePair {
  const snat = new Snat(SHARING, pools);
  const from = (src: Ipv4Addr) => ({ kind: "ipv4Src", values: [src] }) as const;
  const outside = { kind: "not", predicate: { kind: "ipv4Dst", values: [Ipv4Cidr.parse("10.0.0.0/8")] } } as const;
  const faultyPort = { kind: "dstPort", values: [FAULTY_PORT] } as const;
  return {
    in: [
      makeRule(
        5,
        { kind: "stateful", generator: new InboundNat(FLOATING, isAssigned) },
        { predicates: [{ kind: "ipv4Dst", values: [FLOATING_IP] }] },
      ),
    ],
    out: [
      makeRule(1, { kind: "stateful", generator: faulty(snat) }, { predicates: [from(SHARING), outside, faultyPort] }),
      makeRule(2, { kind: "stateful", generator: snat }, { predicates: [from(SHARING), outside] }),
      makeRule(
        3,
        { kind: "stateful", generator: new OutboundNat(FLOATING, [FLOATING_IP], isAssigned) },
        { predicates: [from(FLOATING), outside] },
      ),
    ],
  };
}

/** Describes flows as `inner` does, by a transformation that fails. */
function faulty(inner: Snat): StatefulGenerator {
  return {
    text: "faulty",
    describe: (dir, packet) => {
      const made = inner.describe(dir, packet);
      if (made.kind !== "value") return made;
      const { value } = made;
      const broken: FlowDescriptor = {
        name: "faulty",
        headerTransform: () => ({ name: "faulty", innerIp: { kind: "modify", fields: { version: 6 } } }),
        release: () => value.release?.(),
        reclaim: () => value.reclaim?.(),
      };
      return { kind: "value", value: broken };
    },
  };
}
