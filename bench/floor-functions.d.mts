// Types of the functions of floor.mjs.

/** Flow records of 32-bit words, found by an open-addressing index. */
export interface FloorTable {
  readonly rec: Int32Array;
  readonly index: Int32Array;
  readonly mask: number;
  size: number;
}

/**
 * One hit: parses the frame of `len` bytes at `at` of `b` (`w` are the same bytes as words), finds its flow and rewrites the frame.
 *
 * @returns the frame's new first byte; negative when it is no hit
 */
export type FloorHit = (t: FloorTable, b: Uint8Array, w: Int32Array, at: number, len: number, now: number) => number;

/** SHA-256 of the file as it stands. */
export const floorSha256: string;

export const floor: {
  readonly BATCH: number;
  readonly TEMPLATE: number;
  readonly TEMPLATE_WORDS: number;
  readonly WORDS: number;
  readonly hash: (a: number, b: number, c: number, d: number) => number;
  readonly rd16: (b: Uint8Array, o: number) => number;
  readonly wr16: (b: Uint8Array, o: number, v: number) => void;
  readonly adjust: (b: Uint8Array, o: number, delta: number) => void;
  readonly table: (flows: number) => FloorTable;
  /** @returns the word offset of the flow's record */
  readonly insert: (t: FloorTable, k0: number, k1: number, k2: number, k3: number) => number;
  readonly templates: Int32Array;
  readonly hit: FloorHit;
};
