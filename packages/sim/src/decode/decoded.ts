// The form of a decoded frame: layers of named fields, for people and for comparison field by field.

/** One header field as read from a frame. */
export interface DecodedField {
  /** Name within its layer, as in `src` or `option 53 (message type)`. */
  readonly name: string;
  /** Its value as text, in the field's usual notation. */
  readonly value: string;
  /** Offset of its first byte in the frame. */
  readonly offset: number;
}

/** One header, or what is left of the frame behind the last header that could be read. */
export interface DecodedLayer {
  /** As in `IPv4`; `inner IPv4` inside a tunnel. */
  readonly name: string;
  /** Offset of its first byte in the frame. */
  readonly offset: number;
  readonly fields: readonly DecodedField[];
}

/** Protocols that the decoder can read; a protocol's decoder tells which one comes next. */
export type Protocol =
  "ethernet" | "arp" | "ipv4" | "ipv6" | "icmp" | "icmpv6" | "tcp" | "udp" | "geneve" | "dhcp" | "dhcpv6";

/** A frame's layers from the outside in. Every byte of the frame belongs to one of them. */
export type DecodedFrame = readonly DecodedLayer[];
