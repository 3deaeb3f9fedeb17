// From the underlay towards a guest (spec 05 §16).

import { type Frame, Packet, parseGeneve, Verdict } from "opte-core";
import { knownOptions, segmentSizeOf } from "oxide-vpc";
import type { Link } from "../../link/link.js";
import { macNumberAt } from "../port-map.js";
import type { Sled } from "../sled.js";
import { inParseStat } from "../xde-stats.js";
import type { XdePort } from "../xde-port.js";
import type { Batch } from "./batch.js";
import type { MulticastReceive } from "./multicast-receive.js";
import { Segmentation } from "./segmentation.js";

/** First byte of an IPv6 group, and where the destination stands in an IPv6 header. */
const MULTICAST = 0xff;
const DST = 24;

/** Finds the ports of received frames and takes the frames through them. */
export class Receive {
  readonly #sled: Sled;
  readonly #batch: Batch;
  readonly #multicast: MulticastReceive;
  readonly #segmentation: Segmentation;
  readonly #packet: Packet = new Packet();

  constructor(sled: Sled, batch: Batch, multicast: MulticastReceive) {
    this.#sled = sled;
    this.#batch = batch;
    this.#multicast = multicast;
    this.#segmentation = new Segmentation(sled, batch);
  }

  receive(link: Link, frame: Frame): void {
    const packet = this.#packet;
    const { stats, probes, ports } = this.#sled;
    if (!parseGeneve(packet, frame, knownOptions)) {
      stats.add(inParseStat(packet.parseError));
      probes.badPacket?.("unknown", "in", frame, packet.parseError);
      this.#sled.handBack(link, frame);
      return;
    }
    const { bytes } = frame;
    if (bytes[packet.outerIp + DST] === MULTICAST) {
      this.#multicast.receive(packet);
      return;
    }
    const port = ports.of(packet.vni, macNumberAt(bytes, packet.ether));
    if (port !== undefined) {
      this.#enter(port, frame, segmentSizeOf(packet));
      return;
    }
    this.#sled.drop("rx_no_port", undefined, frame);
    this.#sled.handBack(link, frame);
  }

  /** @param segmentSize of the TCP segments that it is made of, or 0 */
  #enter(port: XdePort, frame: Frame, segmentSize: number): void {
    const { engine } = port;
    switch (engine.process("in", frame)) {
      case Verdict.Modified:
        if (segmentSize > 0) this.#segmentation.deliver(port, frame, segmentSize);
        else this.#batch.toGuest(port, frame);
        break;
      case Verdict.Hairpin:
        this.#batch.reply(engine.result.hairpin);
        break;
      default:
        this.#sled.drop("rx_dropped", port.name, frame);
    }
  }
}
