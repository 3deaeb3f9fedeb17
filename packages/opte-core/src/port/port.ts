// A port: one guest interface with its layers, flow tables and life cycle (spec 02 §10, §11).

import { OpteError, type Direction, type MacAddr, type Uint64 } from "opte-api";
import type { Action } from "../action/action.js";
import { MemoryRoom } from "../flow/memory-room.js";
import { inOneGo } from "../flow/slices.js";
import type { Layer } from "../layer/layer.js";
import type { FlowEntryDump } from "../layer/layer-flows.js";
import { readStats } from "../layer/layer-stats.js";
import type { Frame } from "../packet/frame.js";
import type { KMutex } from "../provider/lock/k-mutex.js";
import { LockReentryError } from "../provider/lock/reentry-error.js";
import { completeProviders, type Providers } from "../provider/providers.js";
import type { StatBlock, StatRegistration } from "../provider/stats.js";
import type { Rule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import {
  describeLayer,
  dumpLayer,
  dumpLayerPage,
  dumpLayerRules,
  dumpTcpFlows,
  dumpTcpFlowsPage,
  dumpUft,
  dumpUftPage,
  type LayerDescription,
  type LayerDump,
  type LayerRulesDump,
  type TcpFlowsDump,
  type UftDump,
} from "./dump.js";
import type { DumpPage } from "./dump-page.js";
import { DryRun, type DryRunResult } from "./dry-run.js";
import type { NetworkDefinition } from "./network-definition.js";
import type { PacketObserver } from "./observer.js";
import { FRAMES_AHEAD } from "./read-ahead.js";
import { Pipeline } from "./pipeline.js";
import { PortExpiry } from "./port-expiry.js";
import type { PortParts } from "./port-parts.js";
import { assembleParts, registerAll, type LayerDraft, type PortLimits } from "./port-assembly.js";
import { portStats } from "./port-stats.js";
import { roomForTables } from "./snapshot/frozen-tables.js";
import { loadImage } from "./snapshot/load-image.js";
import type { PortImage } from "./snapshot/port-image.js";
import { copyPort, type PortCopy, type PortSnapshot } from "./snapshot/snapshot.js";
import type { SnapshotEncoder } from "./snapshot/snapshot-codec.js";
import type { SnapshotExtent } from "./snapshot/take-image.js";
import type { ProcessResult } from "./process-result.js";
import type { TcpFlowDump } from "./tcp-flows.js";

/** Life-cycle states of a port (spec 02 §10.2). */
export type PortState = "ready" | "running" | "paused" | "restored";

/** The rules of both directions, to replace a layer's. */
export interface RulePair {
  readonly in: readonly Rule[];
  readonly out: readonly Rule[];
}

const CHANGEABLE: readonly PortState[] = ["ready", "running"];
const RUNNING: readonly PortState[] = ["running"];
const DUMPABLE: readonly PortState[] = ["running", "paused", "restored"];

/** A port of the virtual switch. Made by {@link PortBuilder}. */
export class Port {
  readonly name: string;
  readonly mac: MacAddr;
  /** What the last packet came to; valid until the next one. */
  readonly result: ProcessResult;

  readonly #parts: PortParts;
  readonly #pipeline: Pipeline;
  readonly #dryRun: DryRun;
  readonly #expiry: PortExpiry;
  readonly #stats: StatBlock;
  readonly #registrations: readonly StatRegistration[];
  readonly #lock: KMutex;
  #state: PortState = "ready";
  #epoch = 1;
  /** A packet is being processed: whoever calls now does so from within. */
  #isUnderWay = false;

  /** @throws OpteError `PortCreate` when the counters of the port or of a layer cannot be registered */
  constructor(
    name: string,
    mac: MacAddr,
    given: Providers,
    network: NetworkDefinition,
    drafts: readonly LayerDraft[],
    limits: PortLimits,
  ) {
    const providers = completeProviders(given);
    this.name = name;
    this.mac = mac;
    this.#lock = providers.lock.mutex(`port ${name}`);
    this.#stats = portStats(name, limits.uft, limits.tcp);
    this.#parts = assembleParts(name, providers, network, drafts, limits, this.#stats.values);
    const blocks = [this.#stats, ...this.#parts.layers.map((layer) => layer.stats)];
    this.#registrations = registerAll(providers.stats, blocks);
    this.#pipeline = new Pipeline(this.#parts);
    this.#dryRun = new DryRun(this.#parts);
    this.#expiry = new PortExpiry(this.#parts);
    this.result = this.#pipeline.result;
  }

  /**
   * A port that continues from `image`, in state *restored*; the rest is as for the constructor. Pauses between slices of the work.
   *
   * @throws OpteError `PortCreate`
   */
  static *restored(image: PortImage, ...rest: ConstructorParameters<typeof Port>): Generator<undefined, Port> {
    const port = new Port(...rest);
    yield* loadImage(port.#parts, image, port.#parts.providers.clock.nowMs());
    port.#epoch = image.epoch;
    port.#state = "restored";
    return port;
  }

  get state(): PortState {
    return this.#state;
  }

  /** Generation of the rules: 1 at creation, one more with every successful rule change, never reset. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Takes one frame through the port, rewriting it in place. Never throws, whatever the bytes; details are in {@link result}. Called in the
   * middle of a packet, by a probe say, it does nothing but return `Error`: the result is that of the packet under way.
   *
   * @param dir `out` for a frame of the guest, `in` for one from the network
   */
  process(dir: Direction, frame: Frame): Verdict {
    if (this.#isUnderWay) return Verdict.Error;
    this.#isUnderWay = true;
    try {
      return this.#pipeline.process(dir, frame, this.#state, this.#epoch);
    } finally {
      this.#isUnderWay = false;
    }
  }

  /**
   * {@link process} for frames of one direction, in their order: what it does to each, and to the port, is the same.
   *
   * @param verdicts gets the verdict of each frame; frames that it has no room for are not processed
   * @param done told of each frame when its verdict stands and {@link result} is about it, for answers, reasons and hashes
   * @returns how many frames were processed
   */
  processBatch(
    dir: Direction,
    frames: readonly Frame[],
    verdicts: Uint8Array,
    done?: (index: number, verdict: Verdict) => void,
  ): number {
    if (this.#isUnderWay) return 0;
    this.#isUnderWay = true;
    try {
      let count = 0;
      for (const frame of frames) {
        if (count >= verdicts.length) break;
        if (count % FRAMES_AHEAD === 0) this.#pipeline.readAhead(dir, frames, count);
        const verdict = this.#pipeline.process(dir, frame, this.#state, this.#epoch);
        verdicts[count] = verdict;
        done?.(count, verdict);
        count++;
      }
      return count;
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** {@link process}, telling `observer` every step of the packet's way. The frame, the result and the port come out the same. */
  observe(dir: Direction, frame: Frame, observer: PacketObserver): Verdict {
    if (this.#isUnderWay) return Verdict.Error;
    this.#isUnderWay = true;
    try {
      return this.#pipeline.observe(dir, frame, this.#state, this.#epoch, observer);
    } finally {
      this.#isUnderWay = false;
    }
  }

  /**
   * What {@link process} would make of a frame now. The frame stays as it is, and so does the port: its tables, counters and result,
   * and the finite resources of its actions; nothing is logged, no probe fires. It is a real run on a copy, whose changes are
   * taken back, and costs accordingly more.
   *
   * Exact if the actions' descriptors keep to `FlowDescriptor` and have `reclaim` wherever they have `release`.
   */
  dryRun(dir: Direction, frame: Frame, observer: PacketObserver = {}): DryRunResult {
    return this.#hold("dryRun", () => {
      this.#isUnderWay = true;
      try {
        return this.#dryRun.run(dir, frame, this.#state, this.#epoch, observer);
      } finally {
        this.#isUnderWay = false;
      }
    });
  }

  /** To *running*, from any state. */
  start(): void {
    this.#state = "running";
  }

  /** From *running* to *paused*. @throws OpteError `BadState` */
  pause(): void {
    this.#require(RUNNING);
    this.#state = "paused";
  }

  /** To *ready*, from any state: every flow is forgotten; rules, counters and epoch stay. */
  reset(): void {
    this.#hold("reset", () => {
      for (const layer of this.#parts.layers) layer.clearFlows();
      this.#parts.uft.clear();
      this.#parts.tcp.clear();
      this.#parts.tracking.noteGauges();
      this.#state = "ready";
    });
  }

  /**
   * Adds a rule; flows that exist keep the entries that they have in the layer (spec 02 §8.4).
   *
   * @returns the rule's id, counted per layer and direction from 0 and never used again
   * @throws OpteError `BadState`, `LayerNotFound`
   */
  addRule(layer: string, dir: Direction, rule: Rule): number {
    return this.#change(layer, (found) => found.addRule(dir, rule));
  }

  /** Removes a rule. @throws OpteError `BadState`, `LayerNotFound`, `RuleNotFound` */
  removeRule(layer: string, dir: Direction, id: Uint64): void {
    this.#change(layer, (found) => {
      // Ids that this engine gives out are numbers.
      if (typeof id === "bigint" || !found.removeRule(dir, id)) throw new OpteError({ kind: "RuleNotFound", id });
    });
  }

  /** Replaces a layer's rules and forgets its flows. @throws OpteError `BadState`, `LayerNotFound` */
  setRules(layer: string, rules: RulePair): void {
    this.#change(layer, (found) => {
      found.setRules(rules.in, rules.out, false);
    });
  }

  /** Replaces a layer's rules; its flows live on where their descriptor says so. @throws OpteError `BadState`, `LayerNotFound` */
  setRulesSoft(layer: string, rules: RulePair): void {
    this.#change(layer, (found) => {
      found.setRules(rules.in, rules.out, true);
    });
  }

  /** The id of the first rule with equal predicates (spec 02 §4). @throws OpteError `LayerNotFound` */
  findRule(layer: string, dir: Direction, rule: Rule): number | undefined {
    return this.#layer(layer).rules[dir].findEqual(rule);
  }

  layerAction(layer: string, index: number): Action | undefined {
    return this.#parts.layers.find((each) => each.name === layer)?.actions[index];
  }

  /** Forgets the unified entries; layers and TCP tracking keep theirs. @throws OpteError `BadState` */
  clearUft(): void {
    this.#require(RUNNING);
    this.#hold("clearUft", () => {
      this.#parts.uft.clear();
      this.#parts.tracking.noteGauges();
    });
  }

  /** Forgets a layer's flows; unified entries made from them go on. @throws OpteError `BadState`, `LayerNotFound` */
  clearLft(layer: string): void {
    this.#require(RUNNING);
    const found = this.#layer(layer);
    this.#hold("clearLft", () => {
      found.clearFlows();
    });
  }

  /**
   * Removes every flow whose time has come; to be called about once a second. With many flows that takes long: who must not keep packets
   * waiting has a few entries looked at with each call, and calls again while the number that comes back is not less. What was not looked
   * at yet is as if this had not been called: it lives on if a packet hits it.
   *
   * @param most how many entries of all tables to look at, at most
   * @returns how many were; if fewer than `most`, nothing is left whose time has come
   * @throws OpteError `BadState`
   */
  expireFlows(most: number = Infinity): number {
    this.#require(RUNNING);
    return this.#hold("expireFlows", () => this.#expiry.run(most));
  }

  /**
   * The port as plain data, from which {@link PortBuilder.restore} makes a port that goes on as this one would, in another process
   * and by another clock. The port itself stays as it is. Not part of it: the state (a restored port waits for {@link start}), and what
   * generators keep outside of descriptors, which is the network's to carry.
   *
   * @param extent `rules` leaves flows, hits and counters out: the port that is made of it has the same rules under the same ids
   */
  snapshot(encoder: SnapshotEncoder, extent: SnapshotExtent = "all"): PortSnapshot {
    return inOneGo(this.copy(encoder, extent).write());
  }

  /**
   * Takes a copy of the port as it stands, which {@link snapshot} would write down at once: for ports with many flows, which should process
   * packets meanwhile. Taking it costs the copying of the tables, and writing down the rules.
   *
   * @param room memory that {@link roomForCopy} has got ready
   */
  copy(encoder: SnapshotEncoder, extent: SnapshotExtent = "all", room: MemoryRoom = new MemoryRoom()): PortCopy {
    return this.#hold("snapshot", () => {
      const { name, mac } = this;
      const { uft, tcp, layers, providers } = this.#parts;
      const identity = {
        name,
        mac,
        uft: uft.in.table.limit,
        tcp: tcp.table.limit,
        layers: layers.map((layer) => ({ name: layer.name, flowLimit: layer.flows.limit })),
      };
      return copyPort(identity, this.#parts, this.#epoch, providers.clock.nowMs(), encoder, extent, room);
    });
  }

  /** Gets memory ready for a {@link copy}, with pauses: most of the time that it would take goes into that. */
  roomForCopy(): Generator<undefined, MemoryRoom> {
    return roomForTables(this.#parts);
  }

  /** @throws OpteError `BadState` */
  dumpUft(): UftDump {
    this.#require(DUMPABLE);
    return dumpUft(this.#parts.uft);
  }

  /** @throws OpteError `BadState` */
  dumpTcpFlows(): TcpFlowsDump {
    this.#require(DUMPABLE);
    return dumpTcpFlows(this.#parts.tcp);
  }

  /** @throws OpteError `LayerNotFound` */
  dumpLayer(layer: string): LayerDump {
    return dumpLayer(this.#layer(layer));
  }

  /** {@link dumpLayer} without the flows. @throws OpteError `LayerNotFound` */
  dumpLayerRules(layer: string): LayerRulesDump {
    return dumpLayerRules(this.#layer(layer));
  }

  /**
   * A page of one direction of the unified flow table, found by looking at no more than `max` slots: for tables that are too large for
   * {@link dumpUft}. What changes between the pages mean for the whole is said at {@link DumpPage}.
   *
   * @param cursor 0 for the first page, then `next` of the page before
   * @throws OpteError `BadState`; `System` for a cursor below 0 or a `max` below 1
   */
  dumpUftPage(dir: Direction, cursor: number, max: number): DumpPage<FlowEntryDump> {
    this.#require(DUMPABLE);
    return dumpUftPage(this.#parts.uft, dir, cursor, max);
  }

  /** A page of the tracked TCP flows, as {@link dumpUftPage}. @throws OpteError `BadState`, `System` */
  dumpTcpFlowsPage(cursor: number, max: number): DumpPage<TcpFlowDump> {
    this.#require(DUMPABLE);
    return dumpTcpFlowsPage(this.#parts.tcp, cursor, max);
  }

  /** A page of one direction of a layer's flow table, as {@link dumpUftPage}. @throws OpteError `LayerNotFound`, `System` */
  dumpLayerPage(layer: string, dir: Direction, cursor: number, max: number): DumpPage<FlowEntryDump> {
    return dumpLayerPage(this.#layer(layer), dir, cursor, max);
  }

  /** Layers in outbound order. */
  listLayers(): LayerDescription[] {
    return this.#parts.layers.map(describeLayer);
  }

  /** The port's counters by name (spec 02 §12). */
  stats(): Record<string, number> {
    return readStats(this.#stats);
  }

  /** A layer's counters by name (spec 02 §8.5), if there is such a layer. */
  layerStats(layer: string): Record<string, number> | undefined {
    const found = this.#parts.layers.find((each) => each.name === layer);
    return found === undefined ? undefined : readStats(found.stats);
  }

  /** Withdraws the port's counters; the port must not be used afterwards. */
  close(): void {
    for (const registration of this.#registrations) registration.unregister();
  }

  /** Runs a control operation under the lock, and not in the middle of a packet, whose tables would change under it. */
  #hold<T>(site: string, operation: () => T): T {
    if (this.#isUnderWay) throw new LockReentryError(this.#lock.name, "a packet under way", site);
    return this.#lock.hold(operation, site);
  }

  #require(states: readonly PortState[]): void {
    if (!states.includes(this.#state)) throw new OpteError({ kind: "BadState", msg: this.#state });
  }

  #layer(name: string): Layer {
    const layer = this.#parts.layers.find((each) => each.name === name);
    if (layer === undefined) throw new OpteError({ kind: "LayerNotFound", layer: name });
    return layer;
  }

  #change<T>(layer: string, change: (layer: Layer) => T): T {
    this.#require(CHANGEABLE);
    const found = this.#layer(layer);
    return this.#hold(`rule change of layer "${layer}"`, () => {
      const result = change(found);
      this.#epoch++;
      return result;
    });
  }
}
