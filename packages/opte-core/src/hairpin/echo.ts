// What ICMPv4 and ICMPv6 echo replies have in common: both headers have the same layout and differ in their types.

import { DONE, type Done, type GeneratorError, MALFORMED } from "../action/action.js";
import { rd16, rd8, wr16, wr32, rd32 } from "../packet/bytes.js";
import { finishSum, sumBytes } from "../packet/checksum.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { ETHER_LEN } from "./headers.js";

/** Echo header: type, code, checksum, identifier, sequence number. */
const ECHO_LEN = 8;

const CHECKSUM = 2;
const IDENTIFIER = 4;

/** Types of an echo request and of its reply. */
export interface EchoTypes {
  readonly protocol: number;
  readonly request: number;
  readonly reply: number;
}

/**
 * Makes the reply to an echo request: given headers in front of identifier, sequence number and body of the request, link padding included.
 * *Malformed* is a request with another code than 0.
 *
 * @param headers Ethernet and IP of the reply
 * @param setPayloadLen writes the payload's length into the IP header, which stands behind Ethernet
 */
export function echoReply(
  packet: Packet,
  types: EchoTypes,
  reply: Frame,
  headers: Uint8Array,
  setPayloadLen: (bytes: Uint8Array, ip: number, payloadLen: number) => void,
): Done | GeneratorError {
  if (!isEchoRequest(packet, types)) return MALFORMED;
  const payloadLen = echoReplyLen(packet);
  reply.reset(headers.length + payloadLen);
  reply.bytes.set(headers, reply.start);
  setPayloadLen(reply.bytes, reply.start + ETHER_LEN, payloadLen);
  writeEchoReply(packet, types, reply, reply.start + headers.length);
  return DONE;
}

/** Whether `packet` is an echo request with code 0. */
function isEchoRequest(packet: Packet, types: EchoTypes): boolean {
  const { bytes } = packet.frame;
  return (
    packet.ulp >= 0 &&
    packet.proto === types.protocol &&
    rd8(bytes, packet.ulp) === types.request &&
    rd8(bytes, packet.ulp + 1) === 0
  );
}

/** Length of the reply to an echo request in bytes, header included; link padding of the request is echoed too. */
function echoReplyLen(packet: Packet): number {
  return ECHO_LEN + packet.frame.end - packet.body;
}

/**
 * Writes the reply to an echo request at `at` in `reply`: identifier, sequence number and body of the request.
 *
 * The checksum is the request's, updated for the new type (RFC 1624): the swap of addresses does not change it, and a wrong
 * one stays wrong. A request without checksum gets one over the ICMP message alone, as the reference does for ICMPv6 too.
 */
function writeEchoReply(packet: Packet, types: EchoTypes, reply: Frame, at: number): void {
  const request = packet.frame.bytes;
  const { bytes } = reply;
  wr16(bytes, at, types.reply << 8);
  wr16(bytes, at + CHECKSUM, 0);
  wr32(bytes, at + IDENTIFIER, rd32(request, packet.ulp + IDENTIFIER));
  bytes.set(request.subarray(packet.body, packet.frame.end), at + ECHO_LEN);
  const received = rd16(request, packet.ulp + CHECKSUM);
  const sum =
    received === 0
      ? sumBytes(bytes, at, at + echoReplyLen(packet), 0)
      : (~received & 0xffff) + (~(types.request << 8) & 0xffff) + (types.reply << 8);
  wr16(bytes, at + CHECKSUM, finishSum(sum));
}
