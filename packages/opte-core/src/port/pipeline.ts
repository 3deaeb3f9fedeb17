// One packet through a port: the unified flow table, else all layers (spec 02 §11).
//
//   parse ─► unified table ─hit─► TCP tracking ─► program (1) or recorded list (2) ─► out
//                 └─miss─► slow path (3): slow-path.ts

import type { Direction } from "opte-api";
import { NONE } from "../layer/flow-pairs.js";
import { count } from "../layer/layer-stats.js";
import type { Walk } from "../layer/walk.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import type { ClockProvider } from "../provider/clock.js";
import type { ProbesProvider } from "../provider/probes.js";
import { applyProgram } from "../transform/apply.js";
import type { TemplateTable } from "../transform/template-table.js";
import { RewriteStatus } from "../transform/rewrite-status.js";
import { DropReason, Verdict } from "../verdict.js";
import { ReadAhead } from "./read-ahead.js";
import type { NetworkDefinition } from "./network-definition.js";
import type { PacketObserver, UnifiedLookUp } from "./observer.js";
import type { PortParts } from "./port-parts.js";
import { countVerdict, directionStats, PortStat } from "./port-stats.js";
import { PlainHit } from "./plain-hit.js";
import { ProcessResult, resultLabels } from "./process-result.js";
import { SlowPath } from "./slow-path.js";
import { isTcp, SegmentView } from "./tcp-segment.js";
import type { TcpFlows } from "./tcp-flows.js";
import { TcpOutcome, type TcpTracking, tcpStep } from "./tcp-tracking.js";
import {
  EPOCH,
  FLAG_LIST,
  FLAG_MTU_UNRESTRICTED,
  FLAGS,
  HASH,
  PROGRAM,
  type RecordedTransforms,
  TCP_ID,
  TCP_SLOT,
  type Uft,
} from "./uft.js";
import { PROBES } from "../provider/probe-switch.js";

// What is shared between files is read from memory at each use, a constant of this file is part of the code.
const OUT = directionStats("out");
const UFT_HIT = PortStat.UftHit;
const MODIFIED = PortStat.Modified;
const MODIFIED_VERDICT = Verdict.Modified;

/** No verdict yet: the packet must take the slow path. */
const MISS = -1;

/** Takes packets through one port. */
export class Pipeline {
  readonly result: ProcessResult;

  readonly #parts: PortParts;
  readonly #walk: Walk;
  readonly #slowPath: SlowPath;
  readonly #segment: SegmentView = new SegmentView();
  // What each packet needs, one step away.
  readonly #in: Uft;
  readonly #out: Uft;
  readonly #stats: Float64Array;
  readonly #packet: Packet;
  readonly #network: NetworkDefinition;
  readonly #clock: ClockProvider;
  /** Those of the port: a dry run, which silences them, comes by `observe`. */
  readonly #probes: ProbesProvider;
  readonly #tcp: TcpFlows;
  readonly #tracking: TcpTracking;
  readonly #templates: TemplateTable;
  readonly #plainHit: PlainHit;
  readonly #ahead: ReadAhead;
  #latestMs = -Infinity;

  constructor(parts: PortParts) {
    this.#parts = parts;
    this.#in = parts.uft.in;
    this.#out = parts.uft.out;
    this.#stats = parts.stats;
    this.#packet = parts.walk.packet;
    this.#network = parts.network;
    this.#clock = parts.providers.clock;
    this.#probes = parts.providers.probes;
    this.#tcp = parts.tcp;
    this.#tracking = parts.tracking;
    this.#templates = parts.templates;
    this.#walk = parts.walk;
    this.result = new ProcessResult(parts.walk.packet, parts.walk.reply);
    this.#slowPath = new SlowPath(parts, this.result);
    this.#plainHit = new PlainHit(parts.walk.packet, this.result, parts.tcp, parts.templates);
    this.#ahead = new ReadAhead(parts.tcp.table);
  }

  /** Takes a frame through the port, whose state and epoch are given. */
  process(dir: Direction, frame: Frame, state: string, epoch: number): Verdict {
    const packet = this.#packet;
    this.result.begin();
    // One that is there already is not written again: that would cost a note for the garbage collector
    if (packet.frame !== frame) packet.frame = frame;
    const isParsed = this.#network.parse(dir, packet);
    if (!isParsed || state !== "running") return this.#refuse(isParsed, state);
    const probes = this.#probes;
    const nowMs = this.#readClock();
    if (PROBES && probes.portProcessEntry !== undefined) this.#tellEntry(dir, epoch);
    const isInbound = dir === "in";
    const uft = isInbound ? this.#in : this.#out;
    const slot = this.#findCurrent(dir, uft, epoch);
    if (slot >= 0 && packet.isPlain && this.#plainHit.take(isInbound, uft.table, slot, nowMs)) {
      const base = isInbound ? 0 : OUT;
      const stats = this.#stats;
      count(stats, base + UFT_HIT);
      if (PROBES) probes.uftHit?.(dir, this.#parts.port, packet.flow, epoch, nowMs);
      if (PROBES && probes.portProcessReturn !== undefined) return this.#leave(dir, epoch, Verdict.Modified);
      count(stats, base + MODIFIED);
      return MODIFIED_VERDICT;
    }
    const tcp = this.#readSegment();
    let verdict: Verdict | typeof MISS = MISS;
    if (slot >= 0) verdict = this.#hit(dir, uft, slot, epoch, nowMs, tcp);
    if (verdict === MISS) verdict = this.#slowPath.process(dir, epoch, nowMs, tcp ? this.#segment : undefined);
    return this.#leave(dir, epoch, verdict);
  }

  /** To be called before every `FRAMES_AHEAD` frames of a batch: reads what they will need. */
  readAhead(dir: Direction, frames: readonly Frame[], from: number): void {
    this.#ahead.read((dir === "in" ? this.#in : this.#out).table, frames, from);
  }

  /** {@link process}, every step of which is told to `observer`; dry runs come this way too. */
  observe(dir: Direction, frame: Frame, state: string, epoch: number, observer: PacketObserver): Verdict {
    this.#walk.observer = observer;
    this.#slowPath.observer = observer;
    try {
      this.result.begin();
      this.#packet.frame = frame;
      const isParsed = this.#network.parse(dir, this.#packet);
      if (isParsed && state === "running") this.#runObserved(dir, epoch, observer);
      else this.#refuse(isParsed, state);
      observer.decided?.(this.result);
    } finally {
      this.#walk.observer = undefined;
      this.#slowPath.observer = undefined;
    }
    return this.result.verdict;
  }

  #runObserved(dir: Direction, epoch: number, observer: PacketObserver): void {
    const nowMs = this.#readClock();
    this.#tellEntry(dir, epoch);
    const tcp = this.#readSegment();
    observer.unifiedLookedUp?.(dir, this.result.flow, this.#lookUp(dir, epoch, tcp));
    let verdict: Verdict | typeof MISS = MISS;
    const uft = dir === "in" ? this.#in : this.#out;
    const slot = this.#findCurrent(dir, uft, epoch);
    if (slot >= 0) verdict = this.#hitObserved(dir, uft, slot, epoch, nowMs, tcp, observer);
    if (verdict === MISS) verdict = this.#slowPath.process(dir, epoch, nowMs, tcp ? this.#segment : undefined);
    this.#leave(dir, epoch, verdict);
  }

  /** A frame that was not parsed, or that came to a port that does not run: the port is not entered. */
  #refuse(isParsed: boolean, state: string): Verdict {
    const { result } = this;
    result.verdict = isParsed ? Verdict.Error : Verdict.ParseError;
    if (isParsed) result.error = { kind: "BadState", state };
    return result.verdict;
  }

  /** @returns the time of the packet */
  #readClock(): number {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#latestMs) this.#clockSetBack();
    else this.#latestMs = nowMs;
    return nowMs;
  }

  #tellEntry(dir: Direction, epoch: number): void {
    const { port, providers } = this.#parts;
    if (!PROBES || providers.probes.portProcessEntry === undefined) return;
    providers.probes.portProcessEntry(dir, port, this.result.flow, epoch, this.#packet.frame.view());
  }

  #clockSetBack(): void {
    const { uft, tcp, layers } = this.#parts;
    uft.clockSetBack();
    tcp.clockSetBack();
    for (const { flows } of layers) flows.clockSetBack();
  }

  /** @returns whether the packet has a TCP segment */
  #readSegment(): boolean {
    const packet = this.#packet;
    const tcp = isTcp(packet);
    if (tcp) this.#segment.read(packet);
    return tcp;
  }

  #leave(dir: Direction, epoch: number, verdict: Verdict): Verdict {
    const { result } = this;
    const { port, providers } = this.#parts;
    result.verdict = verdict;
    countVerdict(this.#stats, dir, result);
    if (PROBES && providers.probes.portProcessReturn !== undefined) {
      const { flow, flowAfter, path, hairpin } = result;
      const frame = this.#packet.frame.view();
      const reply = verdict === Verdict.Hairpin ? hairpin.view() : undefined;
      providers.probes.portProcessReturn(dir, port, flow, flowAfter, epoch, resultLabels(result), path, frame, reply);
    }
    return verdict;
  }

  /** What will be found for this packet's flow, without a trace of the question. */
  #lookUp(dir: Direction, epoch: number, tcp: boolean): UnifiedLookUp {
    const uft = this.#parts.uft.table(dir);
    const slot = uft.find(this.#packet.flow);
    if (slot < 0) return { kind: "miss" };
    const entryEpoch = uft.table.word(slot, EPOCH);
    if (entryEpoch !== (epoch | 0)) return { kind: "stale", epoch: entryEpoch >>> 0 };
    if (tcp && uft.table.word(slot, TCP_SLOT) >= 0 && this.#tcpSlot(uft, slot) < 0) return { kind: "tcpGone" };
    const recorded = uft.recorded(slot) as RecordedTransforms; // Unwrap: every entry has them from its insertion on
    return { kind: "hit", recorded };
  }

  /** The entry of this packet's flow, if it was made under the current rules; an older one is removed with its partner. */
  #findCurrent(dir: Direction, uft: Uft, epoch: number): number {
    const slot = uft.find(this.#packet.flow);
    if (slot < 0 || uft.table.word(slot, EPOCH) === (epoch | 0)) return slot;
    this.#invalidatePair(dir, slot);
    return NONE;
  }

  #invalidatePair(dir: Direction, slot: number): void {
    const opposite = dir === "in" ? "out" : "in";
    const partner = this.#parts.uft.partner(dir, slot);
    this.#invalidate(dir, slot);
    if (partner >= 0) this.#invalidate(opposite, partner);
    this.#tracking.noteGauges();
  }

  #invalidate(dir: Direction, slot: number): void {
    const { port, providers, uft, scratchKey } = this.#parts;
    const table = uft.table(dir);
    if (PROBES && providers.probes.uftInvalidate !== undefined) {
      table.table.readKey(slot, scratchKey);
      providers.probes.uftInvalidate(dir, port, scratchKey, table.table.word(slot, EPOCH) >>> 0);
    }
    table.remove(slot);
  }

  #hit(dir: Direction, uft: Uft, slot: number, epoch: number, nowMs: number, tcp: boolean): Verdict | typeof MISS {
    this.#noteHit(dir, uft, slot, epoch, nowMs);
    const outcome = tcp ? this.#track(dir, uft, slot, nowMs) : TcpOutcome.Tracked;
    return outcome === TcpOutcome.NewFlow ? MISS : this.#transform(dir, uft, slot, outcome === TcpOutcome.Closed);
  }

  #hitObserved(
    dir: Direction,
    uft: Uft,
    slot: number,
    epoch: number,
    nowMs: number,
    tcp: boolean,
    observer: PacketObserver,
  ): Verdict | typeof MISS {
    const packet = this.#packet;
    uft.table.remember(slot);
    this.#noteHit(dir, uft, slot, epoch, nowMs);
    let outcome: TcpOutcome = TcpOutcome.Tracked;
    if (tcp) {
      const tcpSlot = this.#tcpSlot(uft, slot);
      if (tcpSlot >= 0) this.#tcp.remember(tcpSlot);
      const step = tcpSlot < 0 ? undefined : this.#tracking.foresee(dir, tcpSlot, this.#segment);
      outcome = this.#track(dir, uft, slot, nowMs);
      if (step !== undefined) observer.tcpTracked?.(packet.flow, tcpStep(step, outcome));
    }
    if (outcome === TcpOutcome.NewFlow) return MISS;
    const verdict = this.#transform(dir, uft, slot, outcome === TcpOutcome.Closed);
    if (verdict !== Verdict.Error) observer.emitted?.(packet.frame, this.result.reason);
    return verdict;
  }

  #noteHit(dir: Direction, uft: Uft, slot: number, epoch: number, nowMs: number): void {
    const { port, providers } = this.#parts;
    count(this.#stats, directionStats(dir) + PortStat.UftHit);
    uft.table.touch(slot, nowMs);
    if (PROBES) providers.probes.uftHit?.(dir, port, this.#packet.flow, epoch, nowMs);
  }

  /** Slot of the TCP flow that an entry is tied to; -1 when it has gone, or there never was one. */
  #tcpSlot({ table }: Uft, slot: number): number {
    const tcpSlot = table.word(slot, TCP_SLOT);
    return this.#tcp.holds(tcpSlot, table.word(slot, TCP_ID)) ? tcpSlot : -1;
  }

  /** Tracks the segment of a hit; an entry whose TCP flow has gone must not serve it. */
  #track(dir: Direction, { table }: Uft, slot: number, nowMs: number): TcpOutcome {
    const tcpSlot = table.word(slot, TCP_SLOT);
    if (tcpSlot < 0) return TcpOutcome.Tracked;
    if (!this.#tcp.holds(tcpSlot, table.word(slot, TCP_ID))) return TcpOutcome.NewFlow;
    return this.#tracking.hit(dir, tcpSlot, this.#packet.flow, this.#segment, nowMs);
  }

  /** @param closing whether the packet ends its TCP flow, once it is rewritten */
  #transform(dir: Direction, uft: Uft, slot: number, closing: boolean): Verdict {
    const { table } = uft;
    const tcpSlot = table.word(slot, TCP_SLOT);
    const flags = table.word(slot, FLAGS);
    this.result.l4Hash = table.word(slot, HASH) >>> 0;
    this.result.mtuUnrestricted = (flags & FLAG_MTU_UNRESTRICTED) !== 0;
    const verdict = (flags & FLAG_LIST) === 0 ? this.#applyProgram(uft, slot) : this.#replay(dir, uft, slot);
    if (closing) this.#tracking.close(dir, tcpSlot, this.result.flow);
    return verdict;
  }

  #applyProgram(uft: Uft, slot: number): Verdict {
    this.result.path = 1;
    const at = slot * uft.table.stride + PROGRAM;
    return this.#rewritten(applyProgram(uft.table.records, at, this.#packet, this.#templates));
  }

  /** Path 2: all header transformations in order, then all body transformations, then the checksums. */
  #replay(dir: Direction, uft: Uft, slot: number): Verdict {
    const { result } = this;
    result.path = 2;
    result.keepFlow();
    const { rewrite } = this.#walk;
    const recorded = uft.recorded(slot);
    if (recorded === undefined) return Verdict.Modified;
    rewrite.begin();
    for (const transform of recorded.headers) {
      const header = rewrite.run(transform);
      if (header !== undefined) {
        result.error = { kind: "HdrTransform", header };
        return Verdict.Error;
      }
    }
    for (const transform of recorded.bodies) {
      const cause = rewrite.runBody(transform, dir);
      if (cause !== undefined) {
        result.error = { kind: "BodyTransform", cause };
        return Verdict.Error;
      }
    }
    return this.#rewritten(rewrite.finish());
  }

  #rewritten(status: RewriteStatus): Verdict {
    if (status === RewriteStatus.Done) return Verdict.Modified;
    this.result.reason = status === RewriteStatus.Headroom ? DropReason.Headroom : DropReason.FrameTooLong;
    return Verdict.Drop;
  }
}
