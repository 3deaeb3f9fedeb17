// What the device asks of a link to the underlay.

import type { MacAddr } from "opte-api";
import type { Frame } from "opte-core";

/**
 * One end of a link that carries Ethernet frames.
 *
 * Frames are lent, never given: whoever is called may read them, and write to them unless it says otherwise, until the call returns. What
 * is needed longer has to be copied. Neither function throws: a frame that cannot be sent is dropped and counted by the link.
 */
export interface Link {
  /** By which `SetXdeUnderlay` names it. */
  readonly name: string;
  /** Its own address. */
  readonly mac: MacAddr;
  /** The address of the router at its other end: where frames go when nobody has told the device better. */
  readonly routerMac: MacAddr;
  /** Longest packet behind the Ethernet header, in bytes. */
  readonly mtu: number;

  /** Sends frames in their order. The link leaves them as they are. */
  send(batch: readonly Frame[]): void;

  /** Says who takes the frames that come in; nobody until then, and again after `undefined`. */
  onReceive(receiver: FrameReceiver | undefined): void;
}

/** Takes frames that came in, in their order. */
export type FrameReceiver = (batch: readonly Frame[]) => void;
