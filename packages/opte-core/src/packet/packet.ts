// A frame with what the parser found in it: the working state of one packet on its way through a port.
//
// One instance serves a whole port: `parse` fills it again for every frame. Offsets are into `frame.bytes`; an absent header has
// offset -1. Header *values* are never copied: they are read from the frame, so a rewrite is seen by every later layer.

import { FlowKey, NO_PROTOCOL } from "../flow/flow-id.js";
import { Frame } from "./frame.js";
import { ParseError } from "./parse-error.js";

/** A parsed packet. Filled by a parser of `packet/parse.ts`; changed by `transform/`. */
export class Packet {
  frame: Frame = new Frame(new Uint8Array(0), 0, 0);

  /** Outer headers of a tunnelled frame; -1 when the frame carries none. */
  outerEther = -1;
  outerIp = -1;
  /** Outer IPv6 header with its extension headers, in bytes. */
  outerIpLen = 0;
  outerUdp = -1;
  geneve = -1;
  /** Geneve header with its options, in bytes. */
  geneveLen = 0;
  /** VNI of the received encapsulation. */
  vni = 0;

  /** Inner Ethernet header, always present. */
  ether = 0;
  etherType = 0;
  /** Inner IP header, or -1 (ARP). */
  ip = -1;
  /** 4, 6, or 0 without an IP header. */
  ipVersion: 0 | 4 | 6 = 0;
  /** Inner IP header with options (IPv4) or extension headers (IPv6), in bytes. */
  ipLen = 0;
  /**
   * Upper-layer protocol as parsed, which tells what stands at `ulp`: the IPv4 protocol, or the last next-header value of the IPv6
   * chain; 255 without L3. A transformation may have changed the byte at `protoAt`.
   */
  proto: number = NO_PROTOCOL;
  /** Offset of the byte that holds the upper-layer protocol (in the last header of an IPv6 chain). */
  protoAt = -1;
  /** Upper-layer header (TCP, UDP, ICMP, ICMPv6), or -1. */
  ulp = -1;
  /** Upper-layer header with TCP options, in bytes. */
  ulpLen = 0;
  /** As parsed: TCP, UDP or the family's ICMP in IPv4, or in IPv6 without extension headers, and `frame.words` shows the headers. */
  isPlain = false;
  /** First byte behind the headers; the body runs to `frame.end`, link padding included (spec 01 §4.1). */
  body = 0;

  /** Flow id of the headers as they stand now. */
  readonly flow: FlowKey = new FlowKey();
  /** Why the frame could not be parsed, if it could not. */
  readonly parseError: ParseError = new ParseError();
}
