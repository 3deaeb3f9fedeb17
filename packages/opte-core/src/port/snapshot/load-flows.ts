// Puts flows that have been checked into the tables of a fresh port.

import type { Direction } from "opte-api";
import { flowCrc32 } from "../../flow/flow-hash.js";
import { FLOW_WORDS, FlowKey } from "../../flow/flow-id.js";
import { NONE } from "../../layer/flow-pairs.js";
import { ProgramFlag, ProgramWord } from "../../transform/program.js";
import type { PortParts } from "../port-parts.js";
import { TCP_ENTRY_ID, TcpWord } from "../tcp-flows.js";
import { HASH, PROGRAM, type RecordedTransforms, TCP_ID, TCP_SLOT } from "../uft.js";
import {
  HalfColumn,
  HAS_IN,
  HAS_OUT,
  NOT_TRACKED,
  PairColumn,
  TCP_GONE,
  TCP_ROWS,
  TcpColumn,
  UftColumn,
} from "./flow-columns.js";
import { joinProgram } from "./places.js";
import type { FlowsImage } from "./port-image.js";

/** Partners that one pause is made for. */
const SLICE = 1 << 12;

/** Pauses between slices of the work. */
export function* loadFlows(parts: PortParts, flows: FlowsImage, nowMs: number): Generator<undefined> {
  yield* new FlowsLoader(parts, flows, nowMs).load();
}

class FlowsLoader {
  readonly #parts: PortParts;
  readonly #flows: FlowsImage;
  readonly #nowMs: number;
  readonly #flow: FlowKey = new FlowKey();
  /** By the rows of their sections. */
  readonly #pairs: Int32Array;
  readonly #tcp: Int32Array;
  readonly #templates: readonly number[];
  /** The next row of `parents`. */
  #parent = 0;

  constructor(parts: PortParts, flows: FlowsImage, nowMs: number) {
    this.#parts = parts;
    this.#flows = flows;
    this.#nowMs = nowMs;
    this.#pairs = new Int32Array(flows.rows.pairs.rows);
    this.#tcp = new Int32Array(flows.rows.tcp.rows);
    this.#templates = flows.templates.map(({ bytes, udpAt }) => parts.templates.acquireBytes(bytes, udpAt));
  }

  *load(): Generator<undefined> {
    const { uft, templates, pairs } = this.#parts;
    const killed = yield* this.#loadPairs();
    yield* this.#loadTcp();
    const inSlots = yield* this.#loadUft("in");
    const partners = new Int32Array(this.#flows.rows.uftOut.rows);
    const outSlots = yield* this.#loadUft("out", partners);
    for (let row = 0; row < inSlots.length; row++) {
      this.#flow.words.set(this.#flows.answers.subarray(row * FLOW_WORDS, (row + 1) * FLOW_WORDS));
      uft.pair(at(inSlots, row), this.#flow);
      if (row % SLICE === SLICE - 1) yield;
    }
    // Which of the entries that an outbound flow answers named it last is not in their order.
    for (let row = 0; row < outSlots.length; row++) {
      const partner = at(partners, row) - 1;
      uft.out.setPartner(at(outSlots, row), partner < 0 ? NONE : at(inSlots, partner));
    }
    for (const id of this.#templates) templates.release(id);
    // Only now, so that those who depend on a killed pair learn of it.
    for (const pair of killed) pairs.kill(pair);
  }

  /** @returns the pairs that were killed */
  *#loadPairs(): Generator<undefined, number[]> {
    const rows = this.#flows.rows.pairs;
    const killed: number[] = [];
    for (const [i, { flows }] of this.#parts.layers.entries()) flows.reserve(this.#flows.layerPairs[i] ?? 0);
    yield* rows.read((row) => {
      const layer = this.#parts.layers[rows.get(PairColumn.Layer)];
      if (layer === undefined) return;
      const { flows } = layer;
      const halves = rows.get(PairColumn.Halves);
      const pair = flows.load(this.#flows.descriptors[row], this.#nowMs - rows.get(PairColumn.Age), halves !== 0);
      for (const [dir, bit, column] of HALVES) {
        if ((halves & bit) === 0) continue;
        rows.getWords(column + HalfColumn.Flow, this.#flow.words, 0, FLOW_WORDS);
        const isDirty = rows.get(column + HalfColumn.IsDirty) !== 0;
        flows.loadHalf(pair, dir, this.#flow, rows.get(column + HalfColumn.Hits), isDirty);
      }
      this.#pairs[row] = pair;
      if (rows.get(PairColumn.IsKilled) !== 0) killed.push(pair);
    });
    return killed;
  }

  *#loadTcp(): Generator<undefined> {
    const { tcp } = this.#parts;
    const rows = this.#flows.rows.tcp;
    tcp.table.reserve(rows.rows);
    yield* rows.read((row) => {
      rows.getWords(TcpColumn.Flow, this.#flow.words, 0, FLOW_WORDS);
      const slot = tcp.load(this.#flow, rows.get(TcpColumn.State), this.#nowMs - rows.get(TcpColumn.Age));
      const { table } = tcp;
      table.setHits(slot, rows.get(TcpColumn.Hits));
      table.setWord(slot, TcpWord.Known, rows.get(TcpColumn.Known));
      const record = slot * table.stride;
      rows.getWords(TcpColumn.Numbers, table.records, record + TcpWord.Numbers, 4);
      rows.getWords(TcpColumn.Inbound, table.records, record + TcpWord.Inbound, FLOW_WORDS);
      for (let i = 0; i < TcpWord.Counters.length; i++) {
        table.setFloat(slot, TcpWord.Counters[i] ?? 0, rows.get(TcpColumn.Counters + i));
      }
      tcp.setParents("in", slot, this.#nextParents(rows.get(TcpColumn.ParentsIn)));
      tcp.setParents("out", slot, this.#nextParents(rows.get(TcpColumn.ParentsOut)));
      this.#tcp[row] = slot;
    });
  }

  /** @param partners gets the rows of outbound entries' partners, plus 1 @returns the slots of the rows */
  *#loadUft(dir: Direction, partners?: Int32Array): Generator<undefined, Int32Array> {
    const { uft } = this.#parts;
    const unified = uft.table(dir);
    const rows = this.#flows.rows[dir === "in" ? "uftIn" : "uftOut"];
    const slots = new Int32Array(rows.rows);
    unified.table.reserve(rows.rows);
    yield* rows.read((row) => {
      rows.getWords(UftColumn.Flow, this.#flow.words, 0, FLOW_WORDS);
      const lastHitMs = this.#nowMs - rows.get(UftColumn.Age);
      const parents = this.#nextParents(rows.get(UftColumn.Parents));
      const recorded = this.#flows.recorded[rows.get(UftColumn.Recorded)] ?? NOTHING;
      const slot = unified.load(this.#flow, lastHitMs, rows.get(UftColumn.Epoch), parents);
      const { table } = unified;
      table.setHits(slot, rows.get(UftColumn.Hits));
      table.setWord(slot, HASH, flowCrc32(this.#flow));
      this.#setTcp(dir, slot, rows.get(UftColumn.Tcp));
      const program = rows.get(UftColumn.Program) - 1;
      if (program >= 0) {
        const own = [rows.get(UftColumn.Entropy), rows.get(UftColumn.Info)] as const;
        this.#setProgram(table.records, slot * table.stride + PROGRAM, program, ...own);
        unified.setCompiled(slot, rows.get(UftColumn.Flags), recorded.summary);
      } else {
        unified.setRecorded(slot, rows.get(UftColumn.Flags), recorded);
      }
      slots[row] = slot;
      if (partners !== undefined) partners[row] = rows.get(UftColumn.Partner);
    });
    return slots;
  }

  #setTcp(dir: Direction, slot: number, tcp: number): void {
    if (tcp === NOT_TRACKED) return;
    const { table } = this.#parts.uft.table(dir);
    // No entry ever has id 0.
    const tcpSlot = tcp === TCP_GONE ? 0 : at(this.#tcp, tcp - TCP_ROWS);
    table.setWord(slot, TCP_SLOT, tcpSlot);
    table.setWord(slot, TCP_ID, tcp === TCP_GONE ? 0 : this.#parts.tcp.table.word(tcpSlot, TCP_ENTRY_ID));
  }

  /** A program keeps its template in use. */
  #setProgram(records: Int32Array, to: number, program: number, entropy: number, info: number): void {
    const { programs } = this.#flows;
    joinProgram(programs, program, entropy, info, records, to);
    if ((at(records, to + ProgramWord.Flags) & ProgramFlag.Push) === 0) return;
    const id = this.#templates[at(records, to + ProgramWord.Template)] ?? NONE;
    this.#parts.templates.retain(id);
    records[to + ProgramWord.Template] = id;
  }

  /** A list of the next parents that asks them in their order. */
  #nextParents(count: number): number {
    const { pairs } = this.#parts;
    const first = this.#parent;
    this.#parent += count;
    let head = NONE;
    for (let row = first + count - 1; row >= first; row--) {
      head = pairs.link(head, at(this.#pairs, at(this.#flows.parents, row)));
    }
    return head;
  }
}

const HALVES = [
  ["in", HAS_IN, PairColumn.In],
  ["out", HAS_OUT, PairColumn.Out],
] as const;

const NOTHING: RecordedTransforms = { headers: [], bodies: [], summary: "" };

function at(values: Int32Array, i: number): number {
  return values[i] as number; // Unwrap: rows have been checked against the sections that they point into
}
