// Reads rows that a RowWriter has written. Every value is checked against what its column may hold.

import type { SnapshotReader } from "./snapshot-reader.js";
import { BLOCK_ROWS, type Column } from "./flow-columns.js";

/** Called for each row, in order. */
export type RowVisitor = (row: number) => void;

/** Rows of one section, read in order, as often as wanted. */
export class RowReader {
  readonly rows: number;
  /** Where the next section begins; known once the rows were read. */
  end = 0;
  readonly #name: string;
  readonly #columns: readonly Column[];
  readonly #source: SnapshotReader;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #cells: Float64Array;
  #first = 0;
  #row = 0;

  /** @param source where the bytes come from, for errors */
  constructor(
    name: string,
    columns: readonly Column[],
    rows: number,
    bytes: Uint8Array,
    start: number,
    source: SnapshotReader,
  ) {
    this.rows = rows;
    this.#name = name;
    this.#columns = columns;
    this.#source = source;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = start;
    this.#cells = new Float64Array(columns.length * Math.min(rows, BLOCK_ROWS));
  }

  /** Visits all rows. Pauses now and then. @throws OpteError `PortCreate` */
  *read(visit: RowVisitor): Generator<undefined> {
    let at = this.#start;
    for (this.#first = 0; this.#first < this.rows; this.#first += BLOCK_ROWS) {
      const count = Math.min(this.rows - this.#first, BLOCK_ROWS);
      for (let column = 0; column < this.#columns.length; column++) at = this.#readColumn(column, count, at);
      for (this.#row = 0; this.#row < count; this.#row++) visit(this.#first + this.#row);
      yield;
    }
    this.end = at;
  }

  /** A value of the row that is being visited. */
  get(column: number): number {
    return cell(this.#cells, column * this.#blockRows + this.#row);
  }

  /** Values of the row in columns from `column` on, as words. */
  getWords(column: number, words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) words[at + i] = this.get(column + i) | 0;
  }

  /** A value of the row, which must be no more than `max`. @throws OpteError `PortCreate` */
  atMost(column: number, max: number): number {
    const value = this.get(column);
    return value <= max ? value : this.fail(column, `is not an integer from 0 to ${max}`);
  }

  /** @throws OpteError `PortCreate` for a value of the row that is being visited */
  fail(column: number, what: string): never {
    return this.#fail(column, this.#first + this.#row, what);
  }

  get #blockRows(): number {
    return Math.min(this.rows, BLOCK_ROWS);
  }

  /** @returns where the next column begins */
  #readColumn(column: number, count: number, start: number): number {
    const width = this.#bytes[start];
    const from = column * this.#blockRows;
    const length = width === 0 ? 8 : (width ?? 0) * count;
    let at = start + 1;
    if (at + length > this.#bytes.length) this.#source.fail(`end within ${this.#name}`);
    const cells = this.#cells;
    const view = this.#view;
    switch (width) {
      case 0:
        cells.fill(view.getFloat64(at, true), from, from + count);
        break;
      case 1:
        for (let i = 0; i < count; i++) cells[from + i] = cell(this.#bytes, at + i);
        break;
      case 2:
        for (let i = 0; i < count; i++) cells[from + i] = view.getUint16(at + 2 * i, true);
        break;
      case 4:
        for (let i = 0; i < count; i++) cells[from + i] = view.getUint32(at + 4 * i, true);
        break;
      case 8:
        for (let i = 0; i < count; i++) cells[from + i] = view.getFloat64(at + 8 * i, true);
        break;
      default:
        this.#fail(column, this.#first, "has no width");
    }
    at += length;
    this.#check(column, from, count);
    return at;
  }

  #check(column: number, from: number, count: number): void {
    const max = this.#columns[column]?.max;
    for (let i = 0; i < count; i++) {
      const value = cell(this.#cells, from + i);
      const isValid =
        max === undefined ? Number.isFinite(value) : value >= 0 && value <= max && value === Math.floor(value);
      if (isValid) continue;
      const wanted = max === undefined ? "a number" : `an integer from 0 to ${max}`;
      this.#fail(column, this.#first + i, `is not ${wanted}`);
    }
  }

  #fail(column: number, row: number, what: string): never {
    return this.#source.part(`${this.#name}[${row}].${this.#columns[column]?.name ?? ""}`).fail(what);
  }
}

function cell(cells: Float64Array | Uint8Array, i: number): number {
  return cells[i] as number; // Unwrap: indices are of columns and rows of the block
}
