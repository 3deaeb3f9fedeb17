// One packet through a port: the unified flow table, else all layers (spec 02 §11).
//
//   parse ─► unified table ─hit─► TCP tracking ─► program (1) or recorded list (2) ─► out
//                 └─miss─► slow path (3): slow-path.ts

import type { Direction } from "opte-api";
import { count } from "../layer/layer-stats.js";
import type { Walk } from "../layer/walk.js";
import type { Frame } from "../packet/frame.js";
import type { ProbeLabels } from "../provider/probes.js";
import { applyProgram } from "../transform/apply.js";
import { RewriteStatus } from "../transform/rewrite-status.js";
import { DropReason, Verdict } from "../verdict.js";
import type { PortParts } from "./port-parts.js";
import { directionStats, PortStat } from "./port-stats.js";
import { ProcessResult } from "./process-result.js";
import { SlowPath } from "./slow-path.js";
import { isTcp, SegmentView } from "./tcp-segment.js";
import { TcpOutcome } from "./tcp-tracking.js";
import { EPOCH, FLAG_LIST, FLAG_MTU_UNRESTRICTED, FLAGS, HASH, PROGRAM, TCP_ID, TCP_SLOT, type Uft } from "./uft.js";

/** No verdict yet: the packet must take the slow path. */
const MISS = -1;

/** Takes packets through one port. */
export class Pipeline {
  readonly result: ProcessResult;

  readonly #parts: PortParts;
  readonly #walk: Walk;
  readonly #slowPath: SlowPath;
  readonly #segment: SegmentView = new SegmentView();

  constructor(parts: PortParts) {
    this.#parts = parts;
    this.#walk = parts.walk;
    this.result = new ProcessResult(parts.walk.packet, parts.walk.reply);
    this.#slowPath = new SlowPath(parts, this.result);
  }

  /** Parses a frame; on `false` the verdict is `ParseError` and the port is not entered. */
  parse(dir: Direction, frame: Frame): boolean {
    const { result } = this;
    const { packet } = this.#walk;
    result.begin();
    packet.frame = frame;
    if (!this.#parts.network.parse(dir, packet)) {
      result.verdict = Verdict.ParseError;
      return false;
    }
    result.flow.copyFrom(packet.flow);
    return true;
  }

  /** Processes the frame parsed last. */
  process(dir: Direction, epoch: number): Verdict {
    const { result } = this;
    const { port, providers } = this.#parts;
    const { packet } = this.#walk;
    const { probes } = providers;
    const nowMs = providers.clock.nowMs();
    if (probes.portProcessEntry !== undefined) {
      probes.portProcessEntry(dir, port, result.flow, epoch, packet.frame.view());
    }
    const tcp = isTcp(packet);
    if (tcp) this.#segment.read(packet);
    let verdict: Verdict | typeof MISS = MISS;
    const slot = this.#findCurrent(dir, epoch);
    if (slot >= 0) verdict = this.#hit(dir, slot, epoch, nowMs, tcp);
    if (verdict === MISS) verdict = this.#slowPath.process(dir, epoch, nowMs, tcp ? this.#segment : undefined);
    result.verdict = verdict;
    this.#count(dir, verdict);
    if (probes.portProcessReturn !== undefined) {
      probes.portProcessReturn(dir, port, result.flow, result.flowAfter, epoch, labels(result), result.path);
    }
    return verdict;
  }

  /** The entry of this packet's flow, if it was made under the current rules; an older one is removed with its partner. */
  #findCurrent(dir: Direction, epoch: number): number {
    const uft = this.#parts.uft.table(dir);
    const slot = uft.find(this.#walk.packet.flow);
    if (slot < 0 || uft.table.word(slot, EPOCH) === (epoch | 0)) return slot;
    const opposite = dir === "in" ? "out" : "in";
    const partner = this.#parts.uft.partner(dir, slot);
    this.#invalidate(dir, slot);
    if (partner >= 0) this.#invalidate(opposite, partner);
    this.#parts.tracking.noteGauges();
    return -1;
  }

  #invalidate(dir: Direction, slot: number): void {
    const { port, providers, uft, scratchKey } = this.#parts;
    const table = uft.table(dir);
    if (providers.probes.uftInvalidate !== undefined) {
      table.table.readKey(slot, scratchKey);
      providers.probes.uftInvalidate(dir, port, scratchKey, table.table.word(slot, EPOCH) >>> 0);
    }
    table.remove(slot);
  }

  #hit(dir: Direction, slot: number, epoch: number, nowMs: number, tcp: boolean): Verdict | typeof MISS {
    const { port, providers, stats, tracking } = this.#parts;
    const { packet } = this.#walk;
    const uft = this.#parts.uft.table(dir);
    const { table } = uft;
    count(stats, directionStats(dir) + PortStat.UftHit);
    table.touch(slot, nowMs);
    providers.probes.uftHit?.(dir, port, packet.flow, epoch, nowMs);
    const tcpSlot = table.word(slot, TCP_SLOT);
    let closing = false;
    if (tcp && tcpSlot >= 0) {
      if (!this.#parts.tcp.holds(tcpSlot, table.word(slot, TCP_ID))) return MISS;
      const outcome = tracking.hit(dir, tcpSlot, packet.flow, this.#segment, nowMs);
      if (outcome === TcpOutcome.NewFlow) return MISS;
      closing = outcome === TcpOutcome.Closed;
    }
    this.result.l4Hash = table.word(slot, HASH) >>> 0;
    const flags = table.word(slot, FLAGS);
    this.result.mtuUnrestricted = (flags & FLAG_MTU_UNRESTRICTED) !== 0;
    const verdict = (flags & FLAG_LIST) === 0 ? this.#applyProgram(uft, slot) : this.#replay(dir, uft, slot);
    if (closing) tracking.close(dir, tcpSlot, this.result.flow);
    return verdict;
  }

  #applyProgram(uft: Uft, slot: number): Verdict {
    this.result.path = 1;
    const at = slot * uft.table.stride + PROGRAM;
    return this.#rewritten(applyProgram(uft.table.records, at, this.#walk.packet, this.#parts.templates));
  }

  /** Path 2: all header transformations in order, then all body transformations, then the checksums. */
  #replay(dir: Direction, uft: Uft, slot: number): Verdict {
    const { result } = this;
    result.path = 2;
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

  #count(dir: Direction, verdict: Verdict): void {
    const { stats } = this.#parts;
    const base = directionStats(dir);
    switch (verdict) {
      case Verdict.Modified:
        count(stats, base + PortStat.Modified);
        break;
      case Verdict.Hairpin:
        count(stats, base + PortStat.Hairpin);
        break;
      case Verdict.Drop:
        count(stats, base + PortStat.Drop);
        count(stats, base + dropStat(this.result.reason));
        break;
      default:
        // A failing recorded list is not counted, as in the reference (spec 02 §20 W15).
        if (this.result.path !== 2) count(stats, base + PortStat.ProcessError);
    }
  }
}

function dropStat(reason: DropReason): number {
  if (reason === DropReason.TcpError) return PortStat.DropTcpError;
  return reason === DropReason.HandlePacket ? PortStat.DropHandlePacket : PortStat.DropLayer;
}

function labels(result: ProcessResult): ProbeLabels {
  switch (result.verdict) {
    case Verdict.Hairpin:
      return ["Hairpin"];
    case Verdict.Drop:
      return result.layer === "" ? ["Drop", String(result.reason)] : ["Drop", result.layer];
    case Verdict.Error:
      return [`ERROR: ${result.error?.kind ?? ""}`];
    default:
      return ["Modified"];
  }
}
