// Emits a frame whose outer headers were pushed or popped (spec 01 §8).
//
// Headers that changed in structure, and all in front of them, are written anew in front of what stays; what stays is not moved:
//
//   received    [ether][IP][UDP+Geneve][inner frame]                         changed: IP
//   emitted   [ether][new IP····][UDP+Geneve][inner frame]                   start moves, the IP length is computed anew
//
// A received header that is written anew keeps all its fields but its length, ECN included.

import { wr16 } from "../packet/bytes.js";
import { MAX_FRAME_LEN } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { isPushed, type OuterHeaders } from "./outer-headers.js";
import { encapLen, ETHER_LEN, ipHeaderLen, IPV6_LEN, writeEncap, writeEther, writeIp } from "./pushed-header.js";
import { RewriteStatus } from "./rewrite-status.js";

/** Writes the outer headers of `packet` and moves `frame.start` to the first of them; on a status but `Done` nothing is changed. */
export function emitOuter(packet: Packet, { ether, ip, encap }: OuterHeaders): RewriteStatus {
  const { frame } = packet;
  const keptAt = firstKept(packet, ether !== "asReceived", ip !== "asReceived", encap !== "asReceived");
  const keepsEther = ether === "asReceived" && packet.outerEther >= 0 && keptAt > packet.outerEther;
  const keepsIp = ip === "asReceived" && packet.outerIp >= 0 && keptAt > packet.outerIp;
  const encapBytes = isPushed(encap) ? encapLen(encap) : 0;
  const ipBytes = isPushed(ip) ? ipHeaderLen(ip) : keepsIp ? packet.outerIpLen : 0;
  const etherBytes = isPushed(ether) || keepsEther ? ETHER_LEN : 0;
  const start = keptAt - encapBytes - ipBytes - etherBytes;
  if (start < 0) return RewriteStatus.Headroom;
  if (frame.end - start > MAX_FRAME_LEN) return RewriteStatus.FrameTooLong;

  const { bytes } = frame;
  const ipAt = start + etherBytes;
  const ipPayloadLen = frame.end - ipAt - ipBytes;
  // What was received moves before anything is written, in one piece where it is one, so that no part overwrites another.
  if (keepsEther) bytes.copyWithin(start, packet.outerEther, packet.outerEther + ETHER_LEN + (keepsIp ? ipBytes : 0));
  else if (keepsIp) bytes.copyWithin(ipAt, packet.outerIp, packet.outerIp + ipBytes);
  if (keepsIp) wr16(bytes, ipAt + 4, ipBytes - IPV6_LEN + ipPayloadLen);
  if (isPushed(ether)) writeEther(bytes, start, ether);
  if (isPushed(ip)) writeIp(bytes, ipAt, ip, ipPayloadLen);
  if (isPushed(encap)) writeEncap(bytes, ipAt + ipBytes, encap, frame.end - packet.ether);
  frame.start = start;
  return RewriteStatus.Done;
}

/** Offset of the first header that stays where it is: behind the innermost one that changed in structure. */
function firstKept(packet: Packet, etherChanged: boolean, ipChanged: boolean, encapChanged: boolean): number {
  if (packet.outerEther < 0 || encapChanged) return packet.ether;
  if (ipChanged) return packet.outerUdp;
  return etherChanged ? packet.outerIp : packet.outerEther;
}
