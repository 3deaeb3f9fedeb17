// Addresses of a packet as probes see them; made only while somebody listens.

import { type IpAddr, Ipv6Addr } from "opte-api";
import type { FlowKey } from "opte-core";

/** The IPv6 address that stands in a frame. */
export function addressAt(bytes: Uint8Array, at: number): Ipv6Addr {
  return Ipv6Addr.fromBytes(bytes.subarray(at, at + 16));
}

export function sourceOf(flow: FlowKey): IpAddr {
  return flow.toFlowId().src;
}

/** The destination, for packets to groups. */
export function groupOf(flow: FlowKey): IpAddr {
  return flow.toFlowId().dst;
}
