// Random traffic and changes for the network of `edge-network.ts`: from few values, so that flows meet again, fill tables and end.

import type { Direction, Ipv4Addr } from "opte-api";
import fc from "fast-check";
import { Frame } from "../src/index.js";
import {
  type Edge,
  type EdgeLimits,
  FAULTY_PORT,
  firewallRule,
  FLOATING,
  FLOATING_IP,
  GATEWAY_IP,
  INSIDE,
  SHARED_IP,
  SHARED_PORTS,
  SHARING,
} from "./edge-network.js";
import { innerFrame, tunnelFrame } from "./frames.js";
import { TCP4, TUNNEL } from "./parsing.js";

/** One frame: what a port is given. */
export interface Shot {
  readonly dir: Direction;
  readonly bytes: Uint8Array;
  /** Bytes in front of the frame. */
  readonly headroom: number;
}

/** One step of a scenario. */
export type EdgeStep =
  /** The same packet so many times; 0 for one that somebody only asks about. */
  | { readonly kind: "packet"; readonly shot: Shot; readonly times: number }
  | { readonly kind: "change"; readonly text: string; readonly run: (edge: Edge) => void };

/** The frame of a shot in a buffer of its own. */
export function frameOf({ bytes, headroom }: Shot): Frame {
  const buffer = new Uint8Array(headroom + bytes.length);
  buffer.set(bytes, headroom);
  return new Frame(buffer, headroom, buffer.length);
}

const REMOTE = Uint8Array.of(8, 8, 8, 8);
const REMOTE_PORTS = [80, 53, FAULTY_PORT] as const;
const remotes = fc.oneof(
  { weight: 12, arbitrary: fc.constant(REMOTE) },
  { weight: 1, arbitrary: fc.constantFrom(Uint8Array.of(8, 8, 8, 9), INSIDE.bytes, GATEWAY_IP.bytes) },
);
/** Pools lend the last port first. */
const { first, last } = SHARED_PORTS;

/** A packet between a guest and the outside; members may be left out. */
export interface IpSpec {
  readonly dir?: Direction;
  readonly guest?: Ipv4Addr;
  readonly guestPort?: number;
  /** What stands for the sharing guest's port, or echo id, outside. */
  readonly sharedPort?: number;
  readonly remote?: Uint8Array;
  readonly remotePort?: number;
  /** 6 TCP, 17 UDP, 1 ICMP. */
  readonly proto?: number;
  readonly tcpFlags?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Type and identifier. */
  readonly icmp?: readonly [number, number];
  readonly body?: Uint8Array;
  readonly checksumError?: number;
  readonly headroom?: number | undefined;
}

/** By default UDP from 10.0.0.5:1000 to 8.8.8.8:53. */
export function ipShot(spec: IpSpec): Shot {
  const { dir = "out", guest = SHARING, guestPort = 1000, sharedPort = last, remotePort = 53, proto = 17 } = spec;
  const { remote = REMOTE, icmp: [type, id] = [8, 7], seq = 0, ack = 0 } = spec;
  const { headroom = dir === "out" ? GUEST_HEADROOM : TUNNEL_HEADROOM } = spec;
  const isShared = guest === SHARING;
  const [src, dst] = dir === "out" ? [guest.bytes, remote] : [remote, (isShared ? SHARED_IP : FLOATING_IP).bytes];
  const ports =
    dir === "out" ? ([guestPort, remotePort] as const) : ([remotePort, isShared ? sharedPort : guestPort] as const);
  // An answer to an echo that was translated carries the id that was lent.
  const echoId = dir === "in" && isShared && type === 0 ? sharedPort : id;
  const inner = innerFrame({
    ...TCP4,
    proto,
    src,
    dst,
    info: proto === 1 ? [type << 8, echoId] : ports,
    tcpFlags: spec.tcpFlags ?? 0x02,
    body: spec.body ?? new Uint8Array(0),
    checksumError: spec.checksumError ?? 0,
  });
  if (proto === 6) inner.set([0, 0, 0, seq, 0, 0, 0, ack], SEQUENCE_AT);
  return { dir, bytes: dir === "out" ? inner : tunnelFrame(TUNNEL, inner), headroom };
}

/** Room for an encapsulation, with the IP header that the engine rewrites on a 4-byte boundary. */
const GUEST_HEADROOM = 326;
const TUNNEL_HEADROOM = 324;

/** Offset of TCP's sequence number in a frame. */
const SEQUENCE_AT = 38;

/** An IPv4 header that an ICMP error quotes. */
export function quoted(src: Uint8Array): Uint8Array {
  return Uint8Array.of(0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, ...src, 8, 8, 8, 8, 3, 232, 0, 53, 0, 8, 0, 0);
}

const ipPackets: fc.Arbitrary<Shot> = fc
  .record({
    dir: fc.constantFrom<Direction>("in", "out", "out"),
    guest: fc.constantFrom(SHARING, SHARING, FLOATING),
    guestPort: fc.constantFrom(1000, 1001),
    sharedPort: fc.constantFrom(first, last, last),
    remote: remotes,
    remotePort: fc.constantFrom(80, 80, 80, 53, 53, 53, FAULTY_PORT),
    proto: fc.constantFrom(6, 6, 17, 17, 1),
    tcpFlags: fc.constantFrom(0x02, 0x02, 0x02, 0x02, 0x12, 0x12, 0x12, 0x10, 0x10, 0x11, 0x04, 0x00),
    seq: fc.nat(2),
    ack: fc.nat(3),
    icmp: fc.constantFrom([8, 7] as const, [8, 7] as const, [0, 7] as const, [3, 0] as const),
    body: fc.constantFrom(
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      quoted(SHARED_IP.bytes),
      quoted(FLOATING_IP.bytes),
    ),
    checksumError: fc.constantFrom(0, 0, 0, 0, 1),
    // Some have their headers on no boundary, or too little room
    headroom: fc.constantFrom(...Array.from({ length: 17 }, () => undefined), 325, 327, 20),
  })
  .map(ipShot);

const oddPackets: fc.Arbitrary<Shot> = fc.oneof(
  fc.constantFrom(42, 43).map((length): Shot => {
    const bytes = new Uint8Array(length);
    bytes.set([8, 6], 12);
    return { dir: "out", bytes, headroom: 326 };
  }),
  fc
    .record({ shot: ipPackets, length: fc.nat(60) })
    .map(({ shot, length }): Shot => ({ ...shot, bytes: shot.bytes.slice(0, length) })),
);

const change = (text: string, run: (edge: Edge) => void): EdgeStep => ({ kind: "change", text, run });

const waits: fc.Arbitrary<EdgeStep> = fc
  .tuple(fc.constantFrom(1, 2_600, 5_100, 30_000, 59_000, 61_000, 121_000), fc.constantFrom(true, true, false))
  .map(([ms, isExpiring]) =>
    change(`wait ${ms} ms${isExpiring ? " and expire" : ""}`, (edge) => {
      edge.nowMs += ms;
      if (isExpiring) edge.port.expireFlows();
    }),
  );

const changes: fc.Arbitrary<EdgeStep> = fc.oneof(
  fc.constant(change("clear the unified table", ({ port }) => port.clearUft())),
  fc.constantFrom("firewall", "nat").map((layer) => change(`clear ${layer}`, ({ port }) => port.clearLft(layer))),
  fc.constant(change("new NAT", ({ port, natRules }) => port.setRules("nat", natRules))),
  fc.boolean().map((isAssigned) =>
    change(`NAT again, ${isAssigned ? "still" : "not"} valid`, (edge) => {
      edge.isAssigned = isAssigned;
      edge.port.setRulesSoft("nat", edge.natRules);
    }),
  ),
  fc
    .record({
      dir: fc.constantFrom<Direction>("in", "out"),
      action: fc.constantFrom("allow", "statefulAllow", "deny"),
      remotePort: fc.constantFrom(...REMOTE_PORTS),
      priority: fc.nat(2),
    })
    .map(({ dir, action, remotePort, priority }) =>
      change(`firewall: ${action} ${dir} ${remotePort}`, ({ port }) => {
        port.addRule("firewall", dir, firewallRule({ kind: action }, priority, remotePort, dir));
      }),
    ),
  fc.constant(change("open firewall", ({ port }) => port.setRules("firewall", { in: [], out: [] }))),
);

/** Table sizes from "always full" to "never". */
export const edgeLimits: fc.Arbitrary<EdgeLimits> = fc.record({
  uft: fc.constantFrom(3, 64, 64),
  tcp: fc.constantFrom(1, 64, 64),
  firewall: fc.constantFrom(3, 64, 64),
  nat: fc.constantFrom(2, 64, 64),
});

/** A scenario of `length` steps, most of them packets. */
export function edgeSteps(length: number): fc.Arbitrary<EdgeStep[]> {
  const packets = (shots: fc.Arbitrary<Shot>): fc.Arbitrary<EdgeStep> =>
    fc.tuple(shots, fc.nat(3)).map(([shot, times]) => ({ kind: "packet", shot, times }));
  const step = fc.oneof(
    { weight: 16, arbitrary: packets(ipPackets) },
    { weight: 1, arbitrary: packets(oddPackets) },
    { weight: 1, arbitrary: waits },
    { weight: 2, arbitrary: changes },
  );
  return fc.array(step, { minLength: length, maxLength: length });
}
