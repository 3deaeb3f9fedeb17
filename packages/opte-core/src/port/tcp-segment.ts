// The TCP header fields that tracking needs, read from a parsed packet into a reused record.

import type { Packet } from "../packet/packet.js";
import { rd32 } from "../packet/bytes.js";
import type { TcpSegment } from "./tcp-flows.js";

const TCP = 6;

/** A segment record that is filled again for every packet. */
export class SegmentView implements TcpSegment {
  flags = 0;
  seq = 0;
  ack = 0;
  frameLen = 0;

  /** Reads a packet's TCP header; must be called before the frame is rewritten, so that the length is the one handed in. */
  read(packet: Packet): void {
    const { bytes } = packet.frame;
    this.flags = bytes[packet.ulp + 13] ?? 0;
    this.seq = rd32(bytes, packet.ulp + 4);
    this.ack = rd32(bytes, packet.ulp + 8);
    this.frameLen = packet.frame.length;
  }
}

/** Whether a packet has a TCP header to track. */
export function isTcp(packet: Packet): boolean {
  return packet.proto === TCP && packet.ulp >= 0;
}
