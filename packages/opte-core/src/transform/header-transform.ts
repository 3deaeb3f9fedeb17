// Header transformations as plain immutable values (spec 01 §6): what a layer's action does to the six headers of a packet.

import type { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";

/** One action for each of six headers, run in this order; an absent member leaves its header alone. */
export interface HeaderTransform {
  /** Name as printed in dumps: `encap`, `decap`, `NAT`, or empty. */
  readonly name: string;
  readonly outerEther?: PushAction<EtherHeader> | ModifyAction<EtherFields> | PopAction;
  readonly outerIp?: PushAction<IpHeader> | ModifyAction<IpFields> | PopAction;
  readonly outerEncap?: PushAction<GeneveHeader> | ModifyAction<EncapFields> | PopAction;
  readonly innerEther?: ModifyAction<EtherFields>;
  readonly innerIp?: ModifyAction<IpFields>;
  readonly innerUlp?: ModifyAction<UlpFields>;
}

export interface PushAction<Header> {
  readonly kind: "push";
  readonly header: Header;
}

export interface ModifyAction<Fields> {
  readonly kind: "modify";
  readonly fields: Fields;
}

export interface PopAction {
  readonly kind: "pop";
}

/** An Ethernet header to push. */
export interface EtherHeader {
  readonly dst: MacAddr;
  readonly src: MacAddr;
  /** 16-bit EtherType. */
  readonly etherType: number;
}

/** An IP header to push; values on the wire as spec 01 §6.1 (TTL and hop limit 128, no options). */
export type IpHeader =
  | {
      readonly version: 4;
      readonly src: Ipv4Addr;
      readonly dst: Ipv4Addr;
      readonly protocol: number;
      /** Three flag bits: 4 reserved, 2 don't fragment, 1 more fragments. Default 0. */
      readonly flags?: number;
    }
  | Ipv6Header;

/** An IPv6 header to push, with its extension headers. */
export interface Ipv6Header {
  readonly version: 6;
  readonly src: Ipv6Addr;
  readonly dst: Ipv6Addr;
  readonly protocol: number;
  readonly extensions?: readonly Ipv6Extension[];
}

/** An IPv6 extension header that can be pushed: hop-by-hop (first only) or destination options (spec 01 §6.2). */
export interface Ipv6Extension {
  readonly kind: "hopByHop" | "destinationOptions";
  readonly options: readonly { readonly type: number; readonly data: Uint8Array }[];
}

/** A Geneve header with its UDP header to push. */
export interface GeneveHeader {
  /** UDP source port. */
  readonly entropy: number;
  readonly vni: Vni;
  readonly options: readonly GeneveOption[];
}

/** One Geneve option (RFC 8926 §3.5); data is zero-padded to 4 bytes on the wire. */
export interface GeneveOption {
  readonly class: number;
  /** Full 8-bit type, the critical bit included. */
  readonly type: number;
  readonly data: Uint8Array;
}

export interface EtherFields {
  readonly src?: MacAddr;
  readonly dst?: MacAddr;
}

/** Fields of an IP header to set; a record for the other family is an error on every path. */
export type IpFields =
  | { readonly version: 4; readonly src?: Ipv4Addr; readonly dst?: Ipv4Addr; readonly protocol?: number }
  | { readonly version: 6; readonly src?: Ipv6Addr; readonly dst?: Ipv6Addr; readonly protocol?: number };

export interface EncapFields {
  readonly vni?: Vni;
}

/** Upper-layer fields to set; those that the packet's protocol does not have are ignored (spec 01 §6). */
export interface UlpFields {
  readonly srcPort?: number;
  readonly dstPort?: number;
  /** The whole 8-bit flags byte of TCP. */
  readonly tcpFlags?: number;
  /** Identifier of an ICMP or ICMPv6 echo request or reply. */
  readonly icmpId?: number;
}
