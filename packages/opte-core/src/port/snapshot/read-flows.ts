// Reads the flows of a snapshot and checks all of them, before anything is built. How they are laid out, flow-columns.ts says.

import type { FlowDescriptor } from "../../action/action.js";
import { FLOW_WORDS, FlowKey } from "../../flow/flow-id.js";
import { FlowSet } from "../../flow/flow-set.js";
import { ProgramFlag, ProgramWord } from "../../transform/program.js";
import { FLAG_LIST, type RecordedTransforms } from "../uft.js";
import { readByteText } from "./byte-text.js";
import {
  COLUMNS,
  HalfColumn,
  HAS_IN,
  HAS_OUT,
  PairColumn,
  type Section,
  SECTIONS,
  TCP_ROWS,
  TcpColumn,
  UftColumn,
} from "./flow-columns.js";
import type { FlowsImage, ImageBounds, TemplateImage } from "./port-image.js";
import { RowReader } from "./row-reader.js";
import type { SnapshotDecoder } from "./snapshot-codec.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import { readHeaderTransform } from "./transform-value.js";

/** Pauses between slices of the work. @throws OpteError `PortCreate`, naming what is wrong */
export function* readFlows(
  reader: SnapshotReader,
  bounds: ImageBounds,
  decoder: SnapshotDecoder,
): Generator<undefined, FlowsImage> {
  return yield* new FlowsReader(reader, bounds, decoder).read();
}

class FlowsReader {
  readonly #reader: SnapshotReader;
  readonly #bounds: ImageBounds;
  readonly #decoder: SnapshotDecoder;
  readonly #source: SnapshotReader;
  readonly #bytes: Uint8Array;
  readonly #counts: Readonly<Record<Section, number>>;
  readonly #templates: readonly TemplateImage[];
  readonly #recorded: readonly RecordedTransforms[];
  /** Of the entry that is being read. */
  readonly #flow: FlowKey = new FlowKey();
  readonly #before: FlowKey = new FlowKey();
  readonly #other: FlowKey = new FlowKey();
  /** Parents of the entries read so far. */
  #parentCount = 0;
  #end = 0;

  constructor(reader: SnapshotReader, bounds: ImageBounds, decoder: SnapshotDecoder) {
    this.#reader = reader;
    this.#bounds = bounds;
    this.#decoder = decoder;
    this.#source = reader.get("flows");
    this.#bytes = readByteText(this.#source);
    this.#templates = reader.get("templates").items().map(readTemplate);
    this.#recorded = reader
      .get("recorded")
      .items()
      .map((each) => this.#readRecorded(each));
    const rows = reader.get("rows").only(...SECTIONS);
    const count = (section: Section, limit: number): number => rows.get(section).integer(0, limit);
    const [tcp, uftIn, uftOut] = [count("tcp", bounds.tcp), count("uftIn", bounds.uft), count("uftOut", bounds.uft)];
    // An entry depends on no more than one pair of a layer, TCP in each direction.
    const parents = count("parents", (2 * tcp + uftIn + uftOut) * bounds.layers.length);
    const halves = bounds.layers.reduce((sum, { flowLimit }) => sum + flowLimit, 0);
    this.#counts = {
      tcp,
      uftIn,
      uftOut,
      parents,
      programs: count("programs", uftIn + uftOut),
      pairs: count("pairs", halves + parents),
    };
  }

  *read(): Generator<undefined, FlowsImage> {
    const tcp = yield* this.#readTcp();
    const answers = new Int32Array(this.#counts.uftIn * FLOW_WORDS);
    const uftIn = yield* this.#readUft("uftIn", (rows, row) => {
      readFlow(rows, UftColumn.Answer, this.#other);
      answers.set(this.#other.words, row * FLOW_WORDS);
    });
    const uftOut = yield* this.#readUft("uftOut", (rows) => {
      const partner = rows.atMost(UftColumn.Partner, uftIn.rows) - 1;
      if (partner >= 0 && !isAt(answers, partner * FLOW_WORDS, this.#flow)) {
        rows.fail(UftColumn.Partner, "is answered by another flow");
      }
    });
    const { rows: parentRows, parents, isParent } = yield* this.#readParents();
    const { rows: programRows, programs } = yield* this.#readPrograms();
    const { rows: pairs, ...rest } = yield* this.#readPairs(isParent);
    if (this.#end !== this.#bytes.length) this.#source.fail("have bytes behind the last row");
    const rows = { tcp, uftIn, uftOut, parents: parentRows, programs: programRows, pairs };
    return { rows, templates: this.#templates, recorded: this.#recorded, ...rest, parents, programs, answers };
  }

  #readRecorded(reader: SnapshotReader): RecordedTransforms {
    reader.only("headers", "bodies", "summary");
    return {
      headers: reader.get("headers").items().map(readHeaderTransform),
      bodies: reader
        .get("bodies")
        .items()
        .map((body) => this.#decoder.bodyTransform(body)),
      summary: reader.get("summary").text(),
    };
  }

  *#section(section: Section, visit: (rows: RowReader, row: number) => void): Generator<undefined, RowReader> {
    const count = this.#counts[section];
    const rows = new RowReader(section, COLUMNS[section], count, this.#bytes, this.#end, this.#source);
    yield* rows.read((row) => {
      visit(rows, row);
    });
    this.#end = rows.end;
    return rows;
  }

  *#readTcp(): Generator<undefined, RowReader> {
    return yield* this.#section("tcp", (rows, row) => {
      this.#readNextFlow(rows, row);
      this.#readFlowOrNone(rows, TcpColumn.Inbound);
      this.#parentCount += rows.get(TcpColumn.ParentsIn) + rows.get(TcpColumn.ParentsOut);
    });
  }

  *#readUft(
    section: "uftIn" | "uftOut",
    rest: (rows: RowReader, row: number) => void,
  ): Generator<undefined, RowReader> {
    const { tcp, programs } = this.#counts;
    return yield* this.#section(section, (rows, row) => {
      this.#readNextFlow(rows, row);
      rows.atMost(UftColumn.Tcp, TCP_ROWS + tcp - 1);
      const hasProgram = (rows.get(UftColumn.Flags) & FLAG_LIST) === 0;
      const program = rows.atMost(UftColumn.Program, hasProgram ? programs : 0);
      if (hasProgram && program === 0) rows.fail(UftColumn.Program, "is missing");
      rows.atMost(UftColumn.Recorded, this.#recorded.length - 1);
      this.#parentCount += rows.get(UftColumn.Parents);
      rest(rows, row);
    });
  }

  *#readParents(): Generator<undefined, { rows: RowReader; parents: Int32Array; isParent: Uint8Array }> {
    const { parents: count, pairs } = this.#counts;
    if (count !== this.#parentCount) {
      this.#reader.get("rows").get("parents").fail(`is not ${this.#parentCount}, as many as entries have`);
    }
    const parents = new Int32Array(count);
    const isParent = new Uint8Array(pairs);
    const rows = yield* this.#section("parents", (reader, row) => {
      const pair = reader.atMost(0, pairs - 1);
      parents[row] = pair;
      isParent[pair] = 1;
    });
    return { rows, parents, isParent };
  }

  *#readPrograms(): Generator<undefined, { rows: RowReader; programs: Int32Array }> {
    const { length } = COLUMNS.programs;
    const programs = new Int32Array(this.#counts.programs * length);
    const rows = yield* this.#section("programs", (reader, row) => {
      reader.getWords(0, programs, row * length, length);
      if ((reader.get(ProgramWord.Flags) & ProgramFlag.Push) !== 0) {
        reader.atMost(ProgramWord.Template, this.#templates.length - 1);
      }
    });
    return { rows, programs };
  }

  /** Every pair has a half or a dependant, and each layer's tables have room for theirs and each flow once. */
  *#readPairs(
    isParent: Uint8Array,
  ): Generator<undefined, Pick<FlowsImage, "descriptors" | "layerPairs"> & { rows: RowReader }> {
    const values = this.#reader.get("descriptors").items();
    const shared: (FlowDescriptor | undefined)[] = [];
    const descriptors: (FlowDescriptor | undefined)[] = [];
    const { pairs } = this.#counts;
    const layers = this.#bounds.layers.map(({ name, flowLimit }) => ({
      name,
      limit: flowLimit,
      size: 0,
      in: new FlowSet(Math.min(flowLimit, pairs)),
      out: new FlowSet(Math.min(flowLimit, pairs)),
    }));
    const rows = yield* this.#section("pairs", (reader, row) => {
      const layer = layers[reader.atMost(PairColumn.Layer, layers.length - 1)];
      if (layer === undefined) return;
      const halves = reader.get(PairColumn.Halves);
      if (halves === 0 && isParent[row] !== 1) reader.fail(PairColumn.Halves, "is 0: the pair belongs to nothing");
      if (halves !== 0 && ++layer.size > layer.limit)
        reader.fail(PairColumn.Layer, `has more than ${layer.limit} pairs`);
      this.#readHalf(reader, PairColumn.In, (halves & HAS_IN) !== 0, layer.in);
      this.#readHalf(reader, PairColumn.Out, (halves & HAS_OUT) !== 0, layer.out);
      const place = reader.atMost(PairColumn.Descriptor, values.length) - 1;
      const value = values[place];
      if (value === undefined) {
        descriptors.push(undefined);
        return;
      }
      const descriptor = shared[place] ?? this.#decoder.descriptor(layer.name, value);
      // One that has something to release is for one pair alone.
      if (descriptor.release === undefined) shared[place] = descriptor;
      descriptors.push(descriptor);
    });
    return { rows, descriptors, layerPairs: layers.map(({ size }) => size) };
  }

  #readHalf(rows: RowReader, column: number, isThere: boolean, flows: FlowSet): void {
    if (!isThere) {
      for (let i = 0; i <= HalfColumn.IsDirty; i++) rows.atMost(column + i, 0);
      return;
    }
    readFlow(rows, column + HalfColumn.Flow, this.#other);
    if (!flows.add(this.#other.words)) rows.fail(column + HalfColumn.Flow, "is of a flow that is there twice");
  }

  /** The flow of an entry; entries stand in flow-id order, each flow once. */
  #readNextFlow(rows: RowReader, row: number): void {
    this.#before.copyFrom(this.#flow);
    readFlow(rows, 0, this.#flow);
    if (row > 0 && this.#before.compare(this.#flow) >= 0) rows.fail(0, "is not of a flow behind the one before it");
  }

  #readFlowOrNone(rows: RowReader, column: number): void {
    rows.getWords(column, this.#other.words, 0, FLOW_WORDS);
    if (this.#other.words.some((word) => word !== 0)) readFlow(rows, column, this.#other);
  }
}

/** A flow that may stand in a table. */
function readFlow(rows: RowReader, column: number, flow: FlowKey): void {
  rows.getWords(column, flow.words, 0, FLOW_WORDS);
  const { family } = flow;
  const isIpv4 = family === 4 && IPV6_WORDS.every((i) => flow.words[i] === 0);
  if ((!isIpv4 && family !== 6) || flow.isDefault) rows.fail(column, "does not begin a flow");
}

/** Words of a key that only IPv6 uses. */
const IPV6_WORDS = [1, 2, 3, 5, 6, 7] as const;

function isAt(words: Int32Array, at: number, flow: FlowKey): boolean {
  return flow.words.every((word, i) => word === words[at + i]);
}

function readTemplate(reader: SnapshotReader): TemplateImage {
  const bytes = reader.get("bytes").bytes();
  const version = (bytes[ETHER_LEN] ?? 0) >>> 4;
  if (version !== 4 && version !== 6) return reader.get("bytes").fail("is not an encapsulation");
  const ipLen = version === 4 ? 20 : 40;
  const udpAt = reader.get("udpAt").integer(ETHER_LEN + ipLen);
  if (bytes.length < udpAt + UDP_GENEVE_LEN) return reader.get("bytes").fail("is too short for an encapsulation");
  return { bytes, udpAt };
}

const ETHER_LEN = 14;
const UDP_GENEVE_LEN = 16;
