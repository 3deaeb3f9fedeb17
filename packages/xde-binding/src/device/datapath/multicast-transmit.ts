// From a guest to a group (spec 05 §15.1).

import type { FlowKey, Frame } from "opte-core";
import type { ForwardingHop } from "../multicast/forwarding-table.js";
import type { Sled } from "../sled.js";
import type { XdePort } from "../xde-port.js";
import type { XdeDrop } from "../xde-stats.js";
import type { Batch } from "./batch.js";
import { OUTER_DST, packetLen, vniOf, writeGroupMac, writeReplication, writeVni } from "../../link/encapsulation.js";
import type { LocalDelivery } from "./local-delivery.js";
import { addressAt, groupOf, sourceOf } from "./probed-address.js";

/** Copies a frame to every subscriber on the sled but its sender, and to every next hop of its group. */
export class MulticastTransmit {
  readonly #sled: Sled;
  readonly #batch: Batch;
  readonly #local: LocalDelivery;

  constructor(sled: Sled, batch: Batch, local: LocalDelivery) {
    this.#sled = sled;
    this.#batch = batch;
    this.#local = local;
  }

  transmit(sender: XdePort, frame: Frame): void {
    const { probes } = this.#sled;
    const { flow } = sender.engine.result;
    if (probes.mcastTxEntry !== undefined) probes.mcastTxEntry(sender.name, groupOf(flow), vniOf(frame));
    if (probes.mcastTx !== undefined) probes.mcastTx(groupOf(flow), vniOf(frame));
    this.#toSubscribers(sender, frame, flow);
    this.#toNextHops(sender, frame, flow);
    if (probes.mcastTxReturn !== undefined) probes.mcastTxReturn(sender.name, groupOf(flow), vniOf(frame));
  }

  #toSubscribers(sender: XdePort, frame: Frame, flow: FlowKey): void {
    const { subscriptions, stats, probes } = this.#sled;
    const subscribers = subscriptions.subscribersAt(frame.bytes, frame.start + OUTER_DST);
    if (subscribers === undefined) return;
    for (const { port, sources, filter } of subscribers) {
      if (port === sender) continue;
      if (!sources.allows(flow)) {
        stats.add("mcast_tx_source_filtered");
        if (probes.mcastSourceFiltered !== undefined) {
          probes.mcastSourceFiltered(sourceOf(flow), groupOf(flow), vniOf(frame), port.name, filter.kind);
        }
        continue;
      }
      if (!this.#local.deliver(this.#batch.pool.copy(frame), sender, port)) {
        if (probes.mcastTxFail !== undefined) {
          probes.mcastTxFail(groupOf(flow), vniOf(frame), port.name, "local_dropped");
        }
        continue;
      }
      stats.add("mcast_tx_local");
      if (probes.mcastLocalDelivery !== undefined) probes.mcastLocalDelivery(groupOf(flow), vniOf(frame), port.name);
    }
  }

  #toNextHops(sender: XdePort, frame: Frame, flow: FlowKey): void {
    const { forwarding, stats, probes } = this.#sled;
    const { bytes, start } = frame;
    const hops = forwarding.hopsAt(bytes, start + OUTER_DST);
    if (hops === undefined) {
      stats.add("mcast_tx_no_fwd_entry");
      if (probes.mcastNoFwdEntry !== undefined) {
        probes.mcastNoFwdEntry(addressAt(bytes, start + OUTER_DST), vniOf(frame));
      }
      return;
    }
    for (const hop of hops) {
      if (hop.sources.allows(flow)) {
        this.#toNextHop(sender, frame, hop);
        continue;
      }
      stats.add("mcast_tx_fwd_source_filtered");
      if (probes.mcastFwdSourceFiltered !== undefined) {
        const { nextHop, sourceFilter } = hop;
        probes.mcastFwdSourceFiltered(sourceOf(flow), groupOf(flow), nextHop.vni, nextHop.addr, sourceFilter.kind);
      }
    }
  }

  /** The group stays the destination; the way to the next hop's unicast address gives link and source MAC address. */
  #toNextHop(sender: XdePort, frame: Frame, hop: ForwardingHop): void {
    const { routes, underlay, engine } = sender;
    const route = routes.lookUp(hop.address, 0, engine.result.l4Hash, underlay);
    if (route === undefined) {
      this.#fail("tx_no_next_hop", sender, frame, hop);
      return;
    }
    if (packetLen(frame) > underlay.link(route.link).mtu) {
      this.#fail("tx_too_long", sender, frame, hop);
      return;
    }
    const copy = this.#batch.pool.copy(frame);
    writeVni(copy, hop.nextHop.vni);
    writeReplication(copy, hop.replicationCode);
    copy.bytes.set(route.macs, copy.start);
    writeGroupMac(copy);
    this.#batch.toUnderlay(route.link, copy);
    this.#count(hop, copy);
  }

  #fail(reason: XdeDrop, { name, engine }: XdePort, frame: Frame, { nextHop }: ForwardingHop): void {
    const { probes } = this.#sled;
    if (probes.mcastTxFail !== undefined) {
      probes.mcastTxFail(groupOf(engine.result.flow), nextHop.vni, nextHop.addr, reason);
    }
    this.#sled.drop(reason, name, frame);
  }

  #count({ replication, nextHop }: ForwardingHop, { bytes, start }: Frame): void {
    const { stats, probes } = this.#sled;
    if (replication !== "underlay") {
      stats.add("mcast_tx_external");
      if (probes.mcastExternalFwd !== undefined) {
        probes.mcastExternalFwd(addressAt(bytes, start + OUTER_DST), nextHop.vni, nextHop.addr);
      }
    }
    if (replication !== "external") {
      stats.add("mcast_tx_underlay");
      if (probes.mcastUnderlayFwd !== undefined) {
        probes.mcastUnderlayFwd(addressAt(bytes, start + OUTER_DST), nextHop.vni, nextHop.addr);
      }
    }
  }
}
