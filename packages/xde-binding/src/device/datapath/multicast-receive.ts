// From the underlay to a group's subscribers on this sled (spec 05 §15.2).

import { type FlowKey, type Frame, type Packet, Verdict } from "opte-core";
import { sameAddress } from "../../link/address-map.js";
import { macNumber, macNumberAt } from "../port-map.js";
import type { Subscriber } from "../multicast/subscriptions.js";
import type { Sled } from "../sled.js";
import type { Batch } from "./batch.js";
import { addressAt, groupOf, sourceOf } from "./probed-address.js";

/** Where addresses stand in an IPv6 and in an IPv4 header. */
const OUTER_SRC = 8;
const OUTER_DST = 24;
const IPV4_DST = 16;
const IPV6_DST = 24;
const MAC_LEN = 6;

/** Copies a received frame to every subscriber; never back to the underlay, however it asks to be replicated. */
export class MulticastReceive {
  readonly #sled: Sled;
  readonly #batch: Batch;

  constructor(sled: Sled, batch: Batch) {
    this.#sled = sled;
    this.#batch = batch;
  }

  /** @param packet a frame to a group of the underlay */
  receive(packet: Packet): void {
    const { probes } = this.#sled;
    const { frame, outerIp, vni } = packet;
    if (probes.mcastRxEntry !== undefined) probes.mcastRxEntry(addressAt(frame.bytes, outerIp + OUTER_DST), vni);
    this.#receive(packet);
    if (probes.mcastRxReturn !== undefined) probes.mcastRxReturn(addressAt(frame.bytes, outerIp + OUTER_DST), vni);
  }

  #receive(packet: Packet): void {
    const { subscriptions, stats, probes } = this.#sled;
    const { frame, flow, outerIp, vni } = packet;
    if (subscriptions.size === 0) {
      this.#sled.drop("rx_mcast_unwanted", undefined, frame);
      return;
    }
    if (!isToGroup(flow)) {
      stats.add("mcast_rx_bad_inner_dst");
      if (probes.mcastRxFail !== undefined) probes.mcastRxFail(groupOf(flow), vni, undefined, "bad_inner_dst");
      return;
    }
    if (probes.mcastRx !== undefined) probes.mcastRx(groupOf(flow), vni);
    const subscribers = subscriptions.subscribersAt(frame.bytes, outerIp + OUTER_DST);
    if (subscribers === undefined) {
      stats.add("mcast_rx_no_subscribers");
      if (probes.mcastNoFwdEntry !== undefined) {
        probes.mcastNoFwdEntry(addressAt(frame.bytes, outerIp + OUTER_DST), vni);
      }
      return;
    }
    writeInnerMac(packet);
    for (const subscriber of subscribers) if (!isSender(subscriber, packet)) this.#toSubscriber(subscriber, packet);
  }

  #toSubscriber({ port, sources, filter }: Subscriber, { frame, flow, vni }: Packet): void {
    const { stats, probes } = this.#sled;
    if (!sources.allows(flow)) {
      stats.add("mcast_rx_source_filtered");
      if (probes.mcastSourceFiltered !== undefined) {
        probes.mcastSourceFiltered(sourceOf(flow), groupOf(flow), vni, port.name, filter.kind);
      }
      return;
    }
    const copy: Frame = this.#batch.pool.copy(frame);
    if (port.engine.process("in", copy) !== Verdict.Modified) {
      if (probes.mcastRxFail !== undefined) probes.mcastRxFail(groupOf(flow), vni, port.name, "rx_dropped");
      this.#sled.drop("rx_dropped", port.name, copy);
      return;
    }
    this.#batch.toGuest(port, copy);
    stats.add("mcast_rx_local");
    if (probes.mcastLocalDelivery !== undefined) probes.mcastLocalDelivery(groupOf(flow), vni, port.name);
  }
}

/** Whether the inner destination is a group. */
function isToGroup(flow: FlowKey): boolean {
  // Unwrap: a flow key has ten words; the lowest byte of the fifth is the first of the destination.
  const first = (flow.words[4] as number) & 0xff;
  return flow.family === 4 ? first >>> 4 === 0xe : first === 0xff;
}

/** Whether the frame has come back to the guest that sent it. */
function isSender({ port }: Subscriber, { frame, ether, outerIp }: Packet): boolean {
  const { bytes } = frame;
  return (
    macNumberAt(bytes, ether + MAC_LEN) === macNumber(port.mac) &&
    sameAddress(bytes, outerIp + OUTER_SRC, port.physIp, 0)
  );
}

/** The MAC address of the inner destination (RFC 1112 §6.4, RFC 2464 §7). */
function writeInnerMac({ frame: { bytes }, ether, ip, ipVersion }: Packet): void {
  if (ipVersion === 4) {
    bytes[ether] = 0x01;
    bytes[ether + 1] = 0x00;
    bytes[ether + 2] = 0x5e;
    bytes.copyWithin(ether + 3, ip + IPV4_DST + 1, ip + IPV4_DST + 4);
    // Unwrap: the parser has found an Ethernet header here.
    bytes[ether + 3] = (bytes[ether + 3] as number) & 0x7f;
    return;
  }
  bytes[ether] = 0x33;
  bytes[ether + 1] = 0x33;
  bytes.copyWithin(ether + 2, ip + IPV6_DST + 12, ip + IPV6_DST + 16);
}
