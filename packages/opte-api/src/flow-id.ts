// The identity of a flow as the control plane sees it (spec 01 §5).

import type { IpAddr } from "./ip-addr.js";
import type { IpProtocol } from "./ip-protocol.js";

/** Identity of a flow, in dumps and traces. Both addresses are of one family; a packet without an inner L3 has protocol 255. */
export type FlowId = {
  readonly proto: IpProtocol;
  readonly src: IpAddr;
  readonly dst: IpAddr;
} & FlowInfo;

/** The part of a flow id that depends on the protocol. */
export type FlowInfo =
  /** TCP and UDP. */
  | { readonly kind: "ports"; readonly srcPort: number; readonly dstPort: number }
  /** ICMP and ICMPv6; `id` is the identifier of an echo. */
  | { readonly kind: "icmp"; readonly type: number; readonly code: number; readonly id: number }
  | { readonly kind: "none" };
