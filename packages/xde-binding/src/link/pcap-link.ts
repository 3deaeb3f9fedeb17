// A link that writes down what passes it.

import type { MacAddr } from "opte-api";
import type { Frame } from "opte-core";
import type { FrameReceiver, Link } from "./link.js";
import { pcapHeader, pcapRecord } from "./pcap-writer.js";

/**
 * Another link, whose frames of both directions become a capture file in the order in which they pass, those that come in before the
 * device sees them.
 */
export class PcapLink implements Link {
  readonly name: string;
  readonly mac: MacAddr;
  readonly routerMac: MacAddr;
  readonly mtu: number;
  readonly #link: Link;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #wallClockMs: () => number;

  /**
   * Begins the file.
   *
   * @param sink takes the bytes of the file, piece by piece, and keeps them; must not throw
   * @param wallClockMs milliseconds since 1970-01-01 UTC
   */
  constructor(link: Link, sink: (bytes: Uint8Array) => void, wallClockMs: () => number = Date.now) {
    this.name = link.name;
    this.mac = link.mac;
    this.routerMac = link.routerMac;
    this.mtu = link.mtu;
    this.#link = link;
    this.#sink = sink;
    this.#wallClockMs = wallClockMs;
    sink(pcapHeader());
  }

  send(batch: readonly Frame[]): void {
    this.#write(batch);
    this.#link.send(batch);
  }

  onReceive(receiver: FrameReceiver | undefined): void {
    this.#link.onReceive(
      receiver &&
        ((batch): void => {
          this.#write(batch);
          receiver(batch);
        }),
    );
  }

  #write(batch: readonly Frame[]): void {
    const timeMs = this.#wallClockMs();
    for (const frame of batch) this.#sink(pcapRecord(frame.view(), timeMs));
  }
}
