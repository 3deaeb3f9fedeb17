// Frames between one guest and one peer, for tests of ports that care for flows alone.

import type { Direction } from "opte-api";
import { Frame } from "../src/packet/frame.js";
import type { InnerSpec } from "./frames.js";
import { innerFrame } from "./frames.js";

/** What a segment is, besides its ports. */
export interface SegmentSpec {
  readonly flags: number;
  /** Default 10.0.0.1. */
  readonly guest?: readonly [number, number, number, number];
}

const GUEST = [10, 0, 0, 1] as const;
const PEER = [192, 0, 2, 1];
const PEER_PORT = 80;
const NO_BODY = new Uint8Array(0);

/** A TCP segment of the guest's port, or to it. */
export function tcpFrame(dir: Direction, guestPort: number, { flags, guest = GUEST }: SegmentSpec): Frame {
  return frame(dir, 6, guestPort, [...guest], flags, NO_BODY);
}

/** A UDP packet of the guest's port, or to it. */
export function udpFrame(dir: Direction, guestPort: number, body: Uint8Array = NO_BODY): Frame {
  return frame(dir, 17, guestPort, [...GUEST], 0, body);
}

/** A frame without an IP header. */
export function arpFrame(): Frame {
  return Frame.ofGuest(Uint8Array.of(...new Uint8Array(12), 8, 6, ...new Uint8Array(28)));
}

function frame(
  dir: Direction,
  proto: number,
  guestPort: number,
  guest: number[],
  tcpFlags: number,
  body: Uint8Array,
): Frame {
  const [src, dst] = dir === "out" ? [guest, PEER] : [PEER, guest];
  const info: InnerSpec["info"] = dir === "out" ? [guestPort, PEER_PORT] : [PEER_PORT, guestPort];
  const bytes = innerFrame({
    version: 4,
    proto,
    src: Uint8Array.from(src),
    dst: Uint8Array.from(dst),
    info,
    tcpFlags,
    ipOptions: 0,
    extensions: [],
    tcpOptions: 0,
    body,
    padding: 0,
    checksumError: 0,
    noChecksum: false,
  });
  return Frame.ofGuest(bytes);
}
