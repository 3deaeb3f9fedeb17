// Writes rows of a table down by columns, as flow-columns.ts says.

import type { ByteTextWriter } from "./byte-text.js";
import { BLOCK_ROWS, type Column } from "./flow-columns.js";

const MAX_WIDTH = 8;

/** Rows of one section, which are filled one after the other. */
export class RowWriter {
  readonly #columns: number;
  readonly #bytes: ByteTextWriter;
  readonly #cells: Float64Array;
  readonly #block: Uint8Array;
  readonly #view: DataView;
  #rows = 0;
  /** Place of the row in its block. */
  #row = 0;

  constructor(columns: readonly Column[], bytes: ByteTextWriter) {
    this.#columns = columns.length;
    this.#bytes = bytes;
    this.#cells = new Float64Array(columns.length * BLOCK_ROWS);
    this.#block = new Uint8Array(columns.length * (1 + MAX_WIDTH * BLOCK_ROWS));
    this.#view = new DataView(this.#block.buffer);
  }

  /** Sets a value of the row; what is not set is that of an earlier row. */
  set(column: number, value: number): void {
    this.#cells[column * BLOCK_ROWS + this.#row] = value;
  }

  /** Sets values of the row in columns from `column` on, as unsigned numbers. */
  setWords(column: number, words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      // Unwrap: callers stay within the words.
      this.#cells[(column + i) * BLOCK_ROWS + this.#row] = (words[at + i] as number) >>> 0;
    }
  }

  /** Ends the row. @returns whether a block has been written with it */
  next(): boolean {
    this.#rows += 1;
    this.#row += 1;
    if (this.#row < BLOCK_ROWS) return false;
    this.#writeBlock();
    return true;
  }

  /** Ends the section. @returns the number of its rows */
  finish(): number {
    if (this.#row > 0) this.#writeBlock();
    return this.#rows;
  }

  #writeBlock(): void {
    let end = 0;
    for (let column = 0; column < this.#columns; column++) end = this.#writeColumn(column * BLOCK_ROWS, end);
    this.#bytes.write(this.#block, end);
    this.#row = 0;
  }

  /** @returns where the next column goes */
  #writeColumn(from: number, start: number): number {
    const end = from + this.#row;
    const width = this.#widthOf(from, end);
    this.#block[start] = width;
    let at = start + 1;
    switch (width) {
      case 0:
        this.#view.setFloat64(at, cell(this.#cells, from), true);
        return at + 8;
      case 1:
        for (let i = from; i < end; i++) this.#block[at++] = cell(this.#cells, i);
        return at;
      case 2:
        for (let i = from; i < end; i++, at += 2) this.#view.setUint16(at, cell(this.#cells, i), true);
        return at;
      case 4:
        for (let i = from; i < end; i++, at += 4) this.#view.setUint32(at, cell(this.#cells, i), true);
        return at;
      default:
        for (let i = from; i < end; i++, at += 8) this.#view.setFloat64(at, cell(this.#cells, i), true);
        return at;
    }
  }

  #widthOf(from: number, end: number): number {
    const cells = this.#cells;
    const first = cell(cells, from);
    let isSame = true;
    let max = 0;
    for (let i = from; i < end; i++) {
      const value = cell(cells, i);
      if (value !== first) isSame = false;
      if (value < 0 || value > 0xffff_ffff || value !== Math.floor(value)) max = Number.POSITIVE_INFINITY;
      else if (value > max) max = value;
    }
    if (isSame) return 0;
    if (max <= 0xff) return 1;
    if (max <= 0xffff) return 2;
    return max <= 0xffff_ffff ? 4 : 8;
  }
}

function cell(cells: Float64Array, i: number): number {
  return cells[i] as number; // Unwrap: indices are of rows of the block
}
