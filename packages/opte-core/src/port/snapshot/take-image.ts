// Writes a port's tables down as plain data.

import type { Direction } from "opte-api";
import { FlowKey } from "../../flow/flow-id.js";
import { NONE } from "../../layer/flow-pairs.js";
import type { Layer } from "../../layer/layer.js";
import type { LayerFlowHalf } from "../../layer/layer-flows.js";
import { PROGRAM_WORDS, ProgramFlag, ProgramWord } from "../../transform/program.js";
import type { PortParts } from "../port-parts.js";
import { TCP_ENTRY_ID } from "../tcp-flows.js";
import { EPOCH, FLAG_LIST, FLAGS, PARTNER, PROGRAM, TCP_ID, TCP_SLOT } from "../uft.js";
import { NO_TCP, TCP_GONE } from "./port-image.js";
import type { SnapshotEncoder } from "./snapshot-codec.js";
import { present, type SnapshotObject, type SnapshotValue } from "./snapshot-value.js";
import { headerTransformValue } from "./transform-value.js";

const DIRECTIONS = ["in", "out"] as const;

/** How much of a port a snapshot holds: all of it, or its rules with their ids and its epoch, without flows, hits and counters. */
export type SnapshotExtent = "all" | "rules";

/** The members that `readImage` reads. */
export function takeImage(
  parts: PortParts,
  epoch: number,
  nowMs: number,
  encoder: SnapshotEncoder,
  extent: SnapshotExtent,
): SnapshotObject {
  const writer = new ImageWriter(parts, nowMs, encoder);
  return extent === "all" ? writer.write(epoch) : writer.writeRules(epoch);
}

/** Gives every pair, TCP entry, inbound entry and template a place as it comes across it. */
class ImageWriter {
  readonly #parts: PortParts;
  readonly #nowMs: number;
  readonly #encoder: SnapshotEncoder;
  readonly #pairs: Places = new Places();
  readonly #tcp: Places = new Places();
  readonly #uftIn: Places = new Places();
  readonly #templates: Places = new Places();
  readonly #halves = new Map<number, LayerFlowHalf[]>();

  constructor(parts: PortParts, nowMs: number, encoder: SnapshotEncoder) {
    this.#parts = parts;
    this.#nowMs = nowMs;
    this.#encoder = encoder;
  }

  write(epoch: number): SnapshotObject {
    const { layers, tcp, uft, stats, templates } = this.#parts;
    for (const layer of layers) this.#takeHalves(layer);
    for (const slot of tcp.table.sortedSlots()) this.#tcp.of(slot);
    for (const slot of uft.in.table.sortedSlots()) this.#uftIn.of(slot);
    return {
      epoch,
      stats: [...stats],
      layers: layers.map((layer) => this.#layer(layer, "all")),
      tcp: this.#tcp.values.map((slot) => this.#tcpEntry(slot)),
      uftIn: this.#uftIn.values.map((slot) => this.#uftEntry("in", slot)),
      uftOut: uft.out.table.sortedSlots().map((slot) => this.#uftEntry("out", slot)),
      // Behind those who refer to them.
      pairs: this.#pairs.values.map((pair) => this.#pair(pair)),
      templates: this.#templates.values.map((id) => {
        const { bytes, udpAt } = templates.get(id);
        return { bytes: [...bytes], udpAt };
      }),
    };
  }

  writeRules(epoch: number): SnapshotObject {
    const layers = this.#parts.layers.map((layer) => this.#layer(layer, "rules"));
    return { epoch, stats: null, layers, tcp: [], uftIn: [], uftOut: [], pairs: [], templates: [] };
  }

  #takeHalves({ flows }: Layer): void {
    for (const dir of DIRECTIONS) {
      for (const { pair, half } of flows.halves(dir)) {
        this.#pairs.of(pair);
        this.#halves.set(pair, [...(this.#halves.get(pair) ?? []), half]);
      }
    }
  }

  #layer(layer: Layer, extent: SnapshotExtent): SnapshotObject {
    const counted = (count: number): number => (extent === "all" ? count : 0);
    const rules = (dir: Direction): SnapshotObject => {
      const { entries, nextId, defaultHits } = layer.rules[dir];
      return {
        nextId,
        defaultHits: counted(defaultHits),
        entries: entries.map(({ id, hits, rule }) => ({
          id,
          hits: counted(hits),
          rule: this.#encoder.rule(layer.name, dir, rule),
        })),
      };
    };
    return {
      name: layer.name,
      limit: layer.flows.limit,
      stats: extent === "all" ? [...layer.stats.values] : null,
      in: rules("in"),
      out: rules("out"),
    };
  }

  #pair(pair: number): SnapshotObject {
    const { pairs, layers } = this.#parts;
    const layer = layers.findIndex(({ flows }) => flows === pairs.owner(pair));
    const descriptor = pairs.descriptor(pair);
    const name = layers[layer]?.name ?? "";
    return {
      layer,
      ageMs: this.#nowMs - pairs.lastHitMs(pair),
      isKilled: pairs.isKilled(pair),
      descriptor: descriptor === undefined ? null : { made: this.#encoder.descriptor(name, descriptor) },
      halves: (this.#halves.get(pair) ?? []).map(({ dir, flow, hits, isDirty }) => ({
        dir,
        flow: [...flow.words],
        hits,
        isDirty,
      })),
    };
  }

  #tcpEntry(slot: number): SnapshotObject {
    const { tcp } = this.#parts;
    const { flow, hits, lastHitMs, state, known, numbers, inbound, counters } = tcp.record(slot);
    return {
      flow: [...flow.words],
      hits,
      ageMs: this.#nowMs - lastHitMs,
      state,
      known,
      numbers,
      inbound: inbound === undefined ? null : [...inbound.words],
      counters,
      parentsIn: this.#parents(tcp.parents("in", slot)),
      parentsOut: this.#parents(tcp.parents("out", slot)),
    };
  }

  #uftEntry(dir: Direction, slot: number): SnapshotObject {
    const { uft } = this.#parts;
    const unified = uft.table(dir);
    const { table } = unified;
    const key = new FlowKey();
    table.readKey(slot, key);
    const flow = [...key.words];
    if (dir === "in") uft.readOutbound(slot, key);
    const partner = dir === "in" ? NONE : table.word(slot, PARTNER);
    const { headers = [], bodies = [], summary = "" } = unified.recorded(slot) ?? {};
    return present({
      flow,
      hits: table.hits(slot),
      ageMs: this.#nowMs - table.lastHit(slot),
      epoch: table.word(slot, EPOCH),
      flags: table.word(slot, FLAGS),
      tcp: this.#tcpPlace(table.word(slot, TCP_SLOT), table.word(slot, TCP_ID)),
      parents: this.#parents(unified.parents(slot)),
      program: (table.word(slot, FLAGS) & FLAG_LIST) === 0 ? this.#program(dir, slot) : undefined,
      headers: headers.map(headerTransformValue),
      bodies: bodies.map((body) => this.#encoder.bodyTransform(body)),
      summary,
      answer: dir === "in" ? [...key.words] : undefined,
      partner: dir === "in" ? undefined : partner < 0 ? partner : this.#uftIn.of(partner),
    });
  }

  #tcpPlace(slot: number, id: number): number {
    const { table } = this.#parts.tcp;
    if (slot < 0) return NO_TCP;
    return table.isUsed(slot) && table.word(slot, TCP_ENTRY_ID) === id ? this.#tcp.of(slot) : TCP_GONE;
  }

  #program(dir: Direction, slot: number): SnapshotValue {
    const { table } = this.#parts.uft.table(dir);
    const words = Array.from({ length: PROGRAM_WORDS }, (_, i) => table.word(slot, PROGRAM + i));
    if (((words[ProgramWord.Flags] ?? 0) & ProgramFlag.Push) !== 0) {
      words[ProgramWord.Template] = this.#templates.of(words[ProgramWord.Template] ?? 0);
    }
    return words;
  }

  #parents(head: number): number[] {
    const parents: number[] = [];
    this.#parts.pairs.forEach(head, (pair) => parents.push(this.#pairs.of(pair)));
    return parents;
  }
}

/** Numbers things in the order in which they are first met. */
class Places {
  readonly values: number[] = [];
  readonly #places = new Map<number, number>();

  of(value: number): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.values.push(value) - 1;
    this.#places.set(value, place);
    return place;
  }
}
