// Flows by the thousand.

import { Frame } from "opte-core";
import type { AttachedGuest } from "./guest.js";

const PORTS_AT = 34;

/** Sends a datagram over IPv4 as one of each of `count` flows, from number `first` on. */
export function sendFlows({ port }: AttachedGuest, datagram: Uint8Array, first: number, count: number): void {
  const template = datagram.slice();
  // Without a checksum, which IPv4 permits, so that ports can be written in.
  template.fill(0, PORTS_AT + 6, PORTS_AT + 8);
  for (let number = first; number < first + count; number++) {
    const frame = Frame.ofGuest(template);
    new DataView(frame.bytes.buffer).setUint32(frame.start + PORTS_AT, 0x0400_0400 + number);
    port.send([frame]);
  }
}
