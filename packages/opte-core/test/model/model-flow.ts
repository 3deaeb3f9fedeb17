// Flows of the model: plain values over a dozen addresses (spec 02 §2).

import { IpProtocol, Ipv4Addr, Ipv6Addr, type Direction, type IpAddr } from "opte-api";

/** The hosts of the model, as places in {@link ADDRESSES}. */
export const Host = {
  Nobody: 0,
  /** The guest's address that SNAT translates. */
  Guest: 1,
  /** The guest's address that 1:1 NAT translates. */
  GuestNat: 2,
  SnatExternal: 3,
  NatExternal: 4,
  Near: 5,
  Far: 6,
  Far6: 7,
  Guest6: 8,
} as const;

/** Addresses in the order of dumps: IPv4 first, then by value, so that places compare as addresses do. */
export const ADDRESSES: readonly IpAddr[] = [
  ...["0.0.0.0", "10.0.0.1", "10.0.0.2", "100.64.0.1", "100.64.0.2", "203.0.113.7", "203.0.113.8"].map((text) =>
    Ipv4Addr.parse(text),
  ),
  ...["2001:db8::9", "fd00::1"].map((text) => Ipv6Addr.parse(text)),
];
const ADDRESS_TEXTS = ADDRESSES.map((address) => address.toString());

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;
const NO_PROTOCOL = 255;

/** A flow id; of ICMP `first` is type + 256 · code and `second` the echo id, else they are ports. */
export interface ModelFlow {
  readonly proto: number;
  readonly src: number;
  readonly dst: number;
  readonly first: number;
  readonly second: number;
  /** The text of dumps, which also serves as the key of maps. */
  readonly text: string;
}

/** What a step of a flow's translation sets; the echo id stands in for the port where the flow is ICMP. */
export interface Rewrite {
  readonly name: string;
  readonly end?: "src" | "dst";
  readonly address?: number;
  readonly port?: number;
}

/** A packet as the model sees it. */
export interface ModelPacket {
  readonly dir: Direction;
  readonly flow: ModelFlow;
  /** Flags as letters in the order S, A, F, R. */
  readonly tcp: { readonly flags: string; readonly seq: number; readonly ack: number } | undefined;
  readonly hasBody: boolean;
}

export function makeFlow(proto: number, src: number, dst: number, first: number, second: number): ModelFlow {
  const [from, to] = [ADDRESS_TEXTS[src] ?? "", ADDRESS_TEXTS[dst] ?? ""];
  let text = `Unknown:${from}:${to}`;
  if (proto === TCP || proto === UDP) text = `${IpProtocol.format(proto)}:${from}:${first}:${to}:${second}`;
  else if (proto !== NO_PROTOCOL) {
    text = `${IpProtocol.format(proto)}/${first % 256}/${Math.floor(first / 256)}:${from}:${to}:${second}`;
  }
  return { proto, src, dst, first, second, text };
}

/** The flow of packets without an IP header. */
export const DEFAULT_FLOW: ModelFlow = makeFlow(NO_PROTOCOL, Host.Nobody, Host.Nobody, 0, 0);

/** The flow of the answers. */
export function mirror(flow: ModelFlow): ModelFlow {
  const { proto, src, dst, first, second } = flow;
  if (proto === TCP || proto === UDP) return makeFlow(proto, dst, src, second, first);
  const [request, reply] = proto === ICMP ? [8, 0] : [128, 129];
  // With code 0, type + 256 · code is the type.
  if (proto !== NO_PROTOCOL && first === request) return makeFlow(proto, dst, src, reply, second);
  if (proto !== NO_PROTOCOL && first === reply) return makeFlow(proto, dst, src, request, second);
  return makeFlow(proto, dst, src, first, second);
}

/** The flow after one step of its translation. */
export function rewriteFlow(flow: ModelFlow, { end, address = 0, port }: Rewrite): ModelFlow {
  const { proto, src, dst, first, second } = flow;
  if (end === undefined) return flow;
  const isIcmp = proto === ICMP || proto === ICMPV6;
  return makeFlow(
    proto,
    end === "src" ? address : src,
    end === "dst" ? address : dst,
    end === "src" && !isIcmp ? (port ?? first) : first,
    end === "dst" || isIcmp ? (port ?? second) : second,
  );
}

/** The order of dumps: protocol, family, source, destination, first and second number. */
export function compareFlows(a: ModelFlow, b: ModelFlow): number {
  return a.proto - b.proto || a.src - b.src || a.dst - b.dst || a.first - b.first || a.second - b.second;
}

/** Whether a flow is of the second half of {@link ADDRESSES}. */
export function isIpv6(flow: ModelFlow): boolean {
  return flow.src >= Host.Far6;
}
