// The slow path: a packet walks through all layers, and what they did becomes a unified entry (spec 02 §11.4, §11.5).

import type { Direction } from "opte-api";
import { flowCrc32 } from "../flow/flow-hash.js";
import { FlowKey } from "../flow/flow-id.js";
import { NONE } from "../layer/flow-pairs.js";
import { count } from "../layer/layer-stats.js";
import { LayerOutcome } from "../layer/layer-outcome.js";
import type { Walk } from "../layer/walk.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { compileProgram } from "../transform/program.js";
import { RewriteStatus } from "../transform/rewrite-status.js";
import { DropReason, Verdict } from "../verdict.js";
import type { PacketObserver } from "./observer.js";
import type { PortParts } from "./port-parts.js";
import { directionStats, PortStat } from "./port-stats.js";
import type { ProcessResult } from "./process-result.js";
import { TCP_ENTRY_ID, type TcpSegment } from "./tcp-flows.js";
import { TcpOutcome, tcpStep } from "./tcp-tracking.js";
import { FLAG_MTU_UNRESTRICTED, HASH, PROGRAM, TCP_ID, TCP_SLOT } from "./uft.js";
import { PROBES } from "../provider/probe-switch.js";

/** How many kinds of flow a port is thought to have at a time. */
const RECENT = 8;

/** Walks packets through the layers of one port. */
export class SlowPath {
  /** Set while somebody watches the packet. */
  observer: PacketObserver | undefined = undefined;

  readonly #parts: PortParts;
  readonly #walk: Walk;
  readonly #result: ProcessResult;
  readonly #outbound: FlowKey = new FlowKey();
  /** The few latest summaries by the names in them, so that a new flow need not put its own together. */
  readonly #recent: { readonly names: readonly string[]; readonly summary: string }[] = [];
  readonly #evictedIn: (flow: FlowKey) => void;
  readonly #evictedOut: (flow: FlowKey) => void;

  constructor(parts: PortParts, result: ProcessResult) {
    this.#parts = parts;
    this.#walk = parts.walk;
    this.#result = result;
    this.#evictedIn = (flow) => {
      this.#evicted("in", flow);
    };
    this.#evictedOut = (flow) => {
      this.#evicted("out", flow);
    };
  }

  /** @param segment the packet's TCP segment, absent for other protocols */
  process(dir: Direction, epoch: number, nowMs: number, segment: TcpSegment | undefined): Verdict {
    this.#result.path = 3;
    this.#result.keepFlow();
    count(this.#parts.stats, directionStats(dir) + PortStat.UftMiss);
    this.#walk.begin(dir, nowMs);
    return dir === "out" ? this.#out(epoch, nowMs, segment) : this.#in(epoch, nowMs, segment);
  }

  #out(epoch: number, nowMs: number, segment: TcpSegment | undefined): Verdict {
    const { tracking } = this.#parts;
    const arrived = this.#result.flow;
    let closed = false;
    let tcpSlot = NONE;
    if (segment !== undefined) {
      const outcome = this.#track("out", arrived, segment, nowMs);
      if (outcome === TcpOutcome.Refused) return this.#drop(DropReason.TcpError);
      closed = outcome === TcpOutcome.Closed;
      tcpSlot = tracking.slot;
    }
    const ended = this.#walkLayers("out");
    if (ended !== undefined) return ended;
    return closed ? this.#finish() : this.#cache("out", epoch, nowMs, tcpSlot);
  }

  #in(epoch: number, nowMs: number, segment: TcpSegment | undefined): Verdict {
    const { tracking } = this.#parts;
    const ended = this.#walkLayers("in");
    if (ended !== undefined) return ended;
    this.#outbound.mirrorFrom(this.#walk.packet.flow);
    let tcpSlot = NONE;
    if (segment !== undefined) {
      const outcome = this.#track("in", this.#outbound, segment, nowMs);
      if (outcome === TcpOutcome.Refused) return this.#drop(DropReason.TcpError);
      if (outcome === TcpOutcome.Closed) return this.#finish();
      tcpSlot = tracking.slot;
    }
    return this.#cache("in", epoch, nowMs, tcpSlot);
  }

  #track(dir: Direction, outbound: FlowKey, segment: TcpSegment, nowMs: number): TcpOutcome {
    const { tracking, tcp } = this.#parts;
    const { observer } = this;
    const foreseen = observer === undefined ? undefined : tracking.foresee(dir, tcp.find(outbound), segment);
    const outcome = tracking.miss(dir, outbound, this.#result.flow, segment, nowMs);
    if (foreseen !== undefined) observer?.tcpTracked?.(outbound, tcpStep(foreseen, outcome));
    return outcome;
  }

  /** Runs the layers; returns the verdict of the one that ended the walk, or nothing when all let the packet through. */
  #walkLayers(dir: Direction): Verdict | undefined {
    const { layers } = this.#parts;
    const last = layers.length - 1;
    for (let i = 0; i <= last; i++) {
      const layer = layers[dir === "out" ? i : last - i];
      if (layer === undefined) continue;
      const outcome = layer.process(this.#walk);
      if (outcome !== LayerOutcome.Allow) return this.#ended(dir, outcome);
    }
    return undefined;
  }

  #ended(dir: Direction, outcome: LayerOutcome): Verdict {
    const { layer, ruleId, reason, error } = this.#walk;
    this.#result.layer = layer;
    this.#result.ruleId = ruleId;
    switch (outcome) {
      case LayerOutcome.Deny:
        return this.#drop(reason);
      case LayerOutcome.Hairpin:
        return Verdict.Hairpin;
      case LayerOutcome.HandlePacket:
        return this.#handlePacket(dir);
      default:
        if (error !== undefined) this.#result.error = { kind: "Layer", layer, cause: error };
        return Verdict.Error;
    }
  }

  #handlePacket(dir: Direction): Verdict {
    const outcome = this.#parts.network.handlePacket(dir, this.#walk.packet, this.#walk.reply);
    switch (outcome.kind) {
      case "allow":
        return this.#finish();
      case "deny":
        return this.#drop(DropReason.HandlePacket);
      case "hairpin":
        return Verdict.Hairpin;
      case "error":
        this.#result.error = { kind: "HandlePkt", text: outcome.text };
        return Verdict.Error;
    }
  }

  /** Makes the unified entry of an allowed packet, then emits it; the default flow is never cached. */
  #cache(dir: Direction, epoch: number, nowMs: number, tcpSlot: number): Verdict {
    const { uft, pairs, tcp, templates, tracking } = this.#parts;
    const walk = this.#walk;
    const arrived = this.#result.flow;
    if (arrived.isDefault) return this.#finish();
    const table = uft.table(dir);
    const evicted = dir === "in" ? this.#evictedIn : this.#evictedOut;
    const slot = table.insert(arrived, nowMs, epoch, walk.linkParents(pairs), evicted);
    if (slot < 0) {
      this.#result.error = { kind: "FlowTableFull", table: "UFT", limit: table.table.limit };
      return Verdict.Error;
    }
    const hash = flowCrc32(arrived);
    table.table.setWord(slot, HASH, hash);
    if (tcpSlot >= 0) {
      tcp.setParents(dir, tcpSlot, walk.linkParents(pairs));
      table.table.setWord(slot, TCP_SLOT, tcpSlot);
      table.table.setWord(slot, TCP_ID, tcp.table.word(tcpSlot, TCP_ENTRY_ID));
    }
    const at = slot * table.table.stride + PROGRAM;
    const { records } = table.table;
    const { items: headers, size } = walk.headers;
    const compiled = walk.bodies.length === 0 && compileProgram(headers, arrived, records, at, templates, size);
    const flags = walk.metadata.isInternalTarget ? FLAG_MTU_UNRESTRICTED : 0;
    const summary = this.#summary();
    if (compiled) table.setCompiled(slot, flags, summary);
    else table.setRecorded(slot, flags, { headers: walk.headers.toArray(), bodies: walk.bodies.slice(), summary });
    if (dir === "in") uft.pair(slot, this.#outbound);
    tracking.noteGauges();
    this.#mark(hash);
    return this.#emitted(compiled ? walk.rewrite.finishCompiled(records, at, templates) : walk.rewrite.finish());
  }

  #summary(): string {
    const { headers, bodies } = this.#walk;
    const { items, size } = headers;
    for (let i = 0; bodies.length === 0 && i < this.#recent.length; i++) {
      const recent = this.#recent[i];
      if (recent !== undefined && areNamed(items, size, recent.names)) return recent.summary;
    }
    const summary = summaryOf(this.#walk);
    if (bodies.length > 0) return summary;
    if (this.#recent.length === RECENT) this.#recent.shift();
    this.#recent.push({ names: headers.toArray().map(({ name }) => name), summary });
    return summary;
  }

  #evicted(dir: Direction, flow: FlowKey): void {
    const { providers, port, stats } = this.#parts;
    if (PROBES) providers.probes.flowExpired?.(port, `uft_${dir}`, flow, 0, 0);
    count(stats, directionStats(dir) + PortStat.UftEvictions);
  }

  /** Emits a packet that goes on without a unified entry. */
  #finish(): Verdict {
    this.#mark(flowCrc32(this.#result.flow));
    return this.#emitted(this.#walk.rewrite.finish());
  }

  /** @param l4Hash CRC-32 of the packet's flow id as it arrived */
  #mark(l4Hash: number): void {
    this.#result.l4Hash = l4Hash;
    this.#result.mtuUnrestricted = this.#walk.metadata.isInternalTarget;
  }

  #emitted(status: RewriteStatus): Verdict {
    const verdict = status === RewriteStatus.Done ? Verdict.Modified : this.#drop(dropReason(status));
    this.observer?.emitted?.(this.#walk.packet.frame, this.#result.reason);
    return verdict;
  }

  #drop(reason: DropReason): Verdict {
    this.#result.reason = reason;
    return Verdict.Drop;
  }
}

function dropReason(status: RewriteStatus): DropReason {
  return status === RewriteStatus.Headroom ? DropReason.Headroom : DropReason.FrameTooLong;
}

function areNamed(transforms: readonly HeaderTransform[], count: number, names: readonly string[]): boolean {
  if (count !== names.length) return false;
  for (let i = 0; i < names.length; i++) if (transforms[i]?.name !== names[i]) return false;
  return true;
}

function summaryOf(walk: Walk): string {
  const headers = walk.headers
    .toArray()
    .map((transform) => transform.name)
    .join(",");
  const bodies = walk.bodies.map((transform) => transform.text).join(",");
  return `hdr: ${headers}, body: ${bodies}`;
}
