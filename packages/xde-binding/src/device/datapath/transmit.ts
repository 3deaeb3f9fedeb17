// From a guest towards the network (spec 05 §12).

import { type Frame, Verdict } from "opte-core";
import { sameAddress } from "../../link/address-map.js";
import { macNumberAt } from "../port-map.js";
import type { Sled } from "../sled.js";
import { outParseStat } from "../xde-stats.js";
import type { XdePort } from "../xde-port.js";
import type { Batch } from "./batch.js";
import { innerAt, isEncapsulated, OUTER_DST, OUTER_SRC, packetLen, vniOf } from "../../link/encapsulation.js";
import type { LocalDelivery } from "./local-delivery.js";
import type { MulticastTransmit } from "./multicast-transmit.js";

/** First byte of an IPv6 group. */
const MULTICAST = 0xff;

/** Takes a guest's frames through its port, and finds out where they go. */
export class Transmit {
  readonly #sled: Sled;
  readonly #batch: Batch;
  readonly #local: LocalDelivery;
  readonly #multicast: MulticastTransmit;

  constructor(sled: Sled, batch: Batch, local: LocalDelivery, multicast: MulticastTransmit) {
    this.#sled = sled;
    this.#batch = batch;
    this.#local = local;
    this.#multicast = multicast;
  }

  transmit(port: XdePort, frame: Frame): void {
    const { engine } = port;
    switch (engine.process("out", frame)) {
      case Verdict.Modified:
        this.#forward(port, frame);
        break;
      case Verdict.Hairpin:
        this.#batch.reply(engine.result.hairpin);
        break;
      case Verdict.ParseError: {
        const { parseError } = engine.result;
        this.#sled.stats.add(outParseStat(parseError));
        this.#sled.probes.badPacket?.(port.name, "out", frame, parseError);
        break;
      }
      default:
      // The port has counted it, and told its probes.
    }
  }

  #forward(port: XdePort, frame: Frame): void {
    const { bytes, start } = frame;
    if (!isEncapsulated(frame)) this.#sled.drop("tx_no_encap", port.name, frame);
    else if (sameAddress(bytes, start + OUTER_SRC, bytes, start + OUTER_DST)) this.#toNeighbour(port, frame);
    else if (bytes[start + OUTER_DST] === MULTICAST) this.#multicast.transmit(port, frame);
    else this.#toUnderlay(port, frame);
  }

  #toNeighbour(port: XdePort, frame: Frame): void {
    const to = this.#sled.ports.of(vniOf(frame), macNumberAt(frame.bytes, innerAt(frame)));
    if (to === undefined) this.#sled.drop("tx_no_local_port", port.name, frame);
    else this.#local.deliver(frame, port, to);
  }

  #toUnderlay(port: XdePort, frame: Frame): void {
    const { bytes, start } = frame;
    const route = port.routes.lookUp(bytes, start + OUTER_DST, port.engine.result.l4Hash, port.underlay);
    if (route === undefined) {
      this.#sled.drop("tx_no_next_hop", port.name, frame);
      return;
    }
    if (packetLen(frame) > port.underlay.link(route.link).mtu) {
      this.#sled.drop("tx_too_long", port.name, frame);
      return;
    }
    bytes.set(route.macs, start);
    this.#batch.toUnderlay(route.link, frame);
  }
}
