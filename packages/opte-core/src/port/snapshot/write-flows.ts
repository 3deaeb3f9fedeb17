// Writes a port's flows down, from a copy of its tables. How they are laid out, flow-columns.ts says.

import type { Direction } from "opte-api";
import { FLOW_WORDS, FlowKey } from "../../flow/flow-id.js";
import { inFlowOrder, slotsInFlowOrder } from "../../flow/flow-order.js";
import type { FlowRecords } from "../../flow/flow-table.js";
import { LayerFlowWord } from "../../layer/layer-flows.js";
import { PROGRAM_WORDS, ProgramFlag, ProgramWord } from "../../transform/program.js";
import { TCP_ALL_SEEN, TCP_ENTRY_ID, TcpAside, TcpWord } from "../tcp-flows.js";
import { EPOCH, FLAG_LIST, PROGRAM, type RecordedTransforms, TCP_ID, TCP_SLOT } from "../uft.js";
import { type ByteText, ByteTextWriter } from "./byte-text.js";
import {
  COLUMNS,
  HalfColumn,
  HAS_IN,
  HAS_OUT,
  NOT_TRACKED,
  PairColumn,
  type Section,
  TCP_GONE,
  TCP_ROWS,
  TcpColumn,
  UftColumn,
} from "./flow-columns.js";
import type { FrozenTables } from "./frozen-tables.js";
import { Places, ProgramPlaces, ValuePlaces } from "./places.js";
import { RowWriter } from "./row-writer.js";
import type { SnapshotEncoder } from "./snapshot-codec.js";
import type { SnapshotObject, SnapshotValue } from "./snapshot-value.js";
import { headerTransformValue } from "./transform-value.js";

/** Entries between two pauses, where no rows are written. */
const SLICE = 1 << 13;

/** The members of an image that its flows make. */
export interface FlowsValue extends SnapshotObject {
  readonly templates: readonly SnapshotObject[];
  readonly recorded: readonly SnapshotObject[];
  readonly descriptors: readonly SnapshotValue[];
  readonly rows: Readonly<Record<Section, number>>;
  readonly flows: ByteText;
}

/** Pauses between slices of the work. */
export function* writeFlows(
  tables: FrozenTables,
  nowMs: number,
  encoder: Pick<SnapshotEncoder, "descriptor" | "bodyTransform">,
): Generator<undefined, FlowsValue> {
  return yield* new FlowsWriter(tables, nowMs, encoder).write();
}

/** Gives every pair, entry, program and whatever entries share a place as it comes across it. */
class FlowsWriter {
  readonly #tables: FrozenTables;
  readonly #nowMs: number;
  readonly #encoder: Pick<SnapshotEncoder, "descriptor" | "bodyTransform">;
  readonly #bytes: ByteTextWriter = new ByteTextWriter();
  readonly #pairs: Places;
  readonly #tcp: Places;
  readonly #uftIn: Places;
  readonly #templates: Places;
  readonly #programs: ProgramPlaces = new ProgramPlaces();
  /** Rows of `parents`: the places of pairs. */
  #parents: Int32Array = new Int32Array(1 << 12);
  #parentCount = 0;
  readonly #noteParent = (pair: number): void => {
    if (this.#parentCount === this.#parents.length) {
      const parents = new Int32Array(2 * this.#parentCount);
      parents.set(this.#parents);
      this.#parents = parents;
    }
    this.#parents[this.#parentCount++] = this.#pairs.of(pair);
  };
  readonly #descriptors: ValuePlaces<SnapshotValue> = new ValuePlaces();
  readonly #recorded: ValuePlaces<SnapshotObject> = new ValuePlaces();
  readonly #recordedPlaces = new Map<RecordedTransforms, number>();
  readonly #key: FlowKey = new FlowKey();
  readonly #words: Int32Array = new Int32Array(PROGRAM_WORDS);

  constructor(tables: FrozenTables, nowMs: number, encoder: Pick<SnapshotEncoder, "descriptor" | "bodyTransform">) {
    this.#tables = tables;
    this.#nowMs = nowMs;
    this.#encoder = encoder;
    this.#pairs = new Places(tables.pairs.end);
    this.#tcp = new Places(tables.tcp.slotEnd);
    this.#uftIn = new Places(tables.uft.in.table.slotEnd);
    this.#templates = new Places(tables.templates.length);
  }

  *write(): Generator<undefined, FlowsValue> {
    const { tcp, uft } = this.#tables;
    yield* this.#placePairs();
    yield* place(this.#tcp, tcp);
    yield* place(this.#uftIn, uft.in.table);
    const rows = {
      tcp: yield* this.#writeTcp(),
      uftIn: yield* this.#writeUft("in", this.#uftIn.values),
      uftOut: yield* this.#writeUft("out", yield* slotsInFlowOrder(uft.out.table)),
      // Behind those who refer to them.
      parents: yield* this.#writeParents(),
      programs: yield* this.#writePrograms(),
      pairs: yield* this.#writePairs(),
    };
    return {
      templates: Array.from(this.#templates.values, (id) => {
        const { bytes = [], udpAt = 0 } = this.#tables.templates[id] ?? {};
        return { bytes: [...bytes], udpAt };
      }),
      recorded: this.#recorded.values,
      descriptors: this.#descriptors.values,
      rows,
      flows: this.#bytes.finish(),
    };
  }

  /** Of each layer, pairs with an inbound half come first, by their inbound flows, then the others, by their outbound flows. */
  *#placePairs(): Generator<undefined> {
    const { layers, pairs } = this.#tables;
    for (const layer of layers) {
      const inward = yield* slotsInFlowOrder(layer.in);
      for (let i = 0; i < inward.length; i++) {
        // Unwrap: an index below the length.
        this.#pairs.of(layer.in.word(inward[i] as number, LayerFlowWord.Pair));
        if (i % SLICE === SLICE - 1) yield;
      }
      const others: number[] = [];
      for (let slot = 0; slot < layer.out.slotEnd; slot++) {
        if (layer.out.isUsed(slot) && pairs.slot(layer.out.word(slot, LayerFlowWord.Pair), "in") < 0) others.push(slot);
        if (slot % SLICE === SLICE - 1) yield;
      }
      for (const slot of yield* inFlowOrder(layer.out, Int32Array.from(others))) {
        this.#pairs.of(layer.out.word(slot, LayerFlowWord.Pair));
      }
    }
  }

  *#writeTcp(): Generator<undefined, number> {
    const { tcp } = this.#tables;
    const { stride, records } = tcp;
    const rows = new RowWriter(COLUMNS.tcp, this.#bytes);
    for (const slot of this.#tcp.values) {
      const record = slot * stride;
      this.#setFlow(rows, TcpColumn.Flow, tcp, slot);
      rows.set(TcpColumn.Hits, tcp.hits(slot));
      rows.set(TcpColumn.Age, this.#nowMs - tcp.lastHit(slot));
      rows.set(TcpColumn.State, tcp.word(slot, TcpWord.State));
      rows.set(TcpColumn.Known, tcp.word(slot, TcpWord.Known) & TCP_ALL_SEEN);
      rows.setWords(TcpColumn.Numbers, records, record + TcpWord.Numbers, 4);
      rows.setWords(TcpColumn.Inbound, records, record + TcpWord.Inbound, FLOW_WORDS);
      for (let i = 0; i < TcpWord.Counters.length; i++) {
        rows.set(TcpColumn.Counters + i, tcp.float(slot, TcpWord.Counters[i] ?? 0));
      }
      rows.set(TcpColumn.ParentsIn, this.#noteParents(tcp.aside(slot, TcpAside.ParentsIn)));
      rows.set(TcpColumn.ParentsOut, this.#noteParents(tcp.aside(slot, TcpAside.ParentsOut)));
      if (rows.next()) yield;
    }
    return rows.finish();
  }

  *#writeUft(dir: Direction, slots: Int32Array): Generator<undefined, number> {
    const { uft } = this.#tables;
    const unified = uft[dir];
    const { table } = unified;
    const { stride, records } = table;
    const rows = new RowWriter(COLUMNS[dir === "in" ? "uftIn" : "uftOut"], this.#bytes);
    for (const slot of slots) {
      const flags = unified.flags(slot);
      this.#setFlow(rows, UftColumn.Flow, table, slot);
      rows.set(UftColumn.Hits, table.hits(slot));
      rows.set(UftColumn.Age, this.#nowMs - table.lastHit(slot));
      rows.set(UftColumn.Epoch, table.word(slot, EPOCH) >>> 0);
      rows.set(UftColumn.Flags, flags);
      rows.set(UftColumn.Tcp, this.#tcpRow(table.word(slot, TCP_SLOT), table.word(slot, TCP_ID)));
      if ((flags & FLAG_LIST) === 0) this.#setProgram(rows, records, slot * stride + PROGRAM);
      else for (const column of [UftColumn.Program, UftColumn.Entropy, UftColumn.Info]) rows.set(column, 0);
      rows.set(UftColumn.Recorded, this.#recordedPlace(unified.recorded(slot)));
      rows.set(UftColumn.Parents, this.#noteParents(unified.parents(slot)));
      if (dir === "in") {
        uft.readOutbound(slot, this.#key);
        rows.setWords(UftColumn.Answer, this.#key.words, 0, FLOW_WORDS);
      } else {
        const partner = unified.partner(slot);
        rows.set(UftColumn.Partner, partner < 0 ? 0 : this.#uftIn.of(partner) + 1);
      }
      if (rows.next()) yield;
    }
    return rows.finish();
  }

  *#writeParents(): Generator<undefined, number> {
    const rows = new RowWriter(COLUMNS.parents, this.#bytes);
    for (const pair of this.#parents.subarray(0, this.#parentCount)) {
      rows.set(0, pair);
      if (rows.next()) yield;
    }
    return rows.finish();
  }

  *#writePrograms(): Generator<undefined, number> {
    const columns = COLUMNS.programs;
    const rows = new RowWriter(columns, this.#bytes);
    for (let place = 0; place < this.#programs.size; place++) {
      rows.setWords(0, this.#programs.words, place * columns.length, columns.length);
      if (rows.next()) yield;
    }
    return rows.finish();
  }

  *#writePairs(): Generator<undefined, number> {
    const { pairs, layers } = this.#tables;
    const rows = new RowWriter(COLUMNS.pairs, this.#bytes);
    const absent = new Int32Array(FLOW_WORDS);
    for (const pair of this.#pairs.values) {
      const owner = pairs.owner(pair);
      const index = layers.findIndex((each) => each.owner === owner);
      const layer = layers[index];
      if (layer === undefined) continue;
      const descriptor = pairs.descriptor(pair);
      rows.set(PairColumn.Layer, index);
      rows.set(PairColumn.Age, this.#nowMs - pairs.lastHitMs(pair));
      rows.set(PairColumn.IsKilled, pairs.isKilled(pair) ? 1 : 0);
      rows.set(
        PairColumn.Descriptor,
        descriptor === undefined ? 0 : this.#descriptors.of(this.#encoder.descriptor(layer.name, descriptor)) + 1,
      );
      let halves = 0;
      for (const dir of ["in", "out"] as const) {
        const table = layer[dir];
        const slot = pairs.slot(pair, dir);
        const from = dir === "in" ? PairColumn.In : PairColumn.Out;
        if (slot >= 0) {
          halves |= dir === "in" ? HAS_IN : HAS_OUT;
          this.#setFlow(rows, from + HalfColumn.Flow, table, slot);
        } else {
          rows.setWords(from + HalfColumn.Flow, absent, 0, FLOW_WORDS);
        }
        rows.set(from + HalfColumn.Hits, slot < 0 ? 0 : table.hits(slot));
        rows.set(from + HalfColumn.IsDirty, slot < 0 ? 0 : table.word(slot, LayerFlowWord.Dirty));
      }
      rows.set(PairColumn.Halves, halves);
      if (rows.next()) yield;
    }
    return rows.finish();
  }

  #setFlow(rows: RowWriter, column: number, table: FlowRecords, slot: number): void {
    table.readKey(slot, this.#key);
    rows.setWords(column, this.#key.words, 0, FLOW_WORDS);
  }

  #setProgram(rows: RowWriter, records: Int32Array, at: number): void {
    const program = this.#words;
    for (let i = 0; i < PROGRAM_WORDS; i++) program[i] = records[at + i] ?? 0;
    const [flags = 0, template = 0] = program;
    if ((flags & ProgramFlag.Push) !== 0) program[ProgramWord.Template] = this.#templates.of(template);
    rows.set(UftColumn.Program, this.#programs.of(program) + 1);
    rows.setWords(UftColumn.Entropy, program, ProgramWord.Entropy, 1);
    rows.setWords(UftColumn.Info, program, ProgramWord.Info, 1);
  }

  #tcpRow(slot: number, id: number): number {
    const { tcp } = this.#tables;
    if (slot < 0) return NOT_TRACKED;
    return tcp.isUsed(slot) && tcp.word(slot, TCP_ENTRY_ID) === id ? TCP_ROWS + this.#tcp.of(slot) : TCP_GONE;
  }

  /** Adds the parents of a list to the rows of `parents`. @returns how many they are */
  #noteParents(head: number): number {
    const before = this.#parentCount;
    this.#tables.pairs.forEach(head, this.#noteParent);
    return this.#parentCount - before;
  }

  #recordedPlace(recorded: RecordedTransforms = NOTHING): number {
    const known = this.#recordedPlaces.get(recorded);
    if (known !== undefined) return known;
    const { headers, bodies, summary } = recorded;
    const place = this.#recorded.of({
      headers: headers.map(headerTransformValue),
      bodies: bodies.map((body) => this.#encoder.bodyTransform(body)),
      summary,
    });
    this.#recordedPlaces.set(recorded, place);
    return place;
  }
}

const NOTHING: RecordedTransforms = { headers: [], bodies: [], summary: "" };

/** Gives all entries of a table places in flow-id order. */
function* place(places: Places, table: FlowRecords): Generator<undefined> {
  const slots = yield* slotsInFlowOrder(table);
  for (let i = 0; i < slots.length; i++) {
    places.of(slots[i] as number); // Unwrap: an index below the length
    if (i % SLICE === SLICE - 1) yield;
  }
}
