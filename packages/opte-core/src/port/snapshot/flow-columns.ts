// How the flows of a port are laid out in the bytes of a snapshot.
//
//   bytes    the sections below, one after the other; how many rows each has stands beside the bytes
//   section  its rows in blocks of up to BLOCK_ROWS; a section without rows is empty
//   block    its columns in order; one behind the other: width u8, then the values of all rows of the block, little-endian
//   width    0: all rows have the same value, which follows once as f64 | 1, 2, 4: unsigned integers of so many bytes | 8: f64
//
// Rows refer to rows of other sections by their number, from 0. Flow ids are the ten words of flow/flow-id.ts. Numbers that may be
// absent are written as one more, and 0 if they are.

import { FLOW_WORDS } from "../../flow/flow-id.js";
import { TCP_STATE_NAMES } from "../../flow/tcp-matrix.js";
import { PROGRAM_WORDS } from "../../transform/program.js";
import { FLAG_LIST, FLAG_MTU_UNRESTRICTED } from "../uft.js";

/** Rows of a block. */
export const BLOCK_ROWS = 1024;

/** What the values of a column may be: integers from 0 to `max`, or any finite number. */
export interface Column {
  readonly name: string;
  readonly max: number | undefined;
}

/** Sections in their order. */
export const SECTIONS = ["tcp", "uftIn", "uftOut", "parents", "programs", "pairs"] as const;
export type Section = (typeof SECTIONS)[number];

const UINT32 = 0xffff_ffff;

const integer = (name: string, max: number = UINT32): Column => ({ name, max });
const words = (name: string, count: number): Column[] =>
  Array.from({ length: count }, (_, i) => integer(`${name}[${i}]`));
const flow = (name: string): Column[] => words(name, FLOW_WORDS);
/** Of a time before the snapshot was taken, in ms. */
const age: Column = { name: "ageMs", max: undefined };

/** A tracked TCP flow. Its `inbound` flow is all 0 until a segment came in. Its parents are the next rows of `parents`, those of `in` first. */
const TCP = [
  ...flow("flow"),
  integer("hits"),
  age,
  integer("state", TCP_STATE_NAMES.length - 1),
  integer("known", 15),
  ...words("numbers", 4),
  ...flow("inbound"),
  ...["segsIn", "segsOut", "bytesIn", "bytesOut"].map((name) => integer(name, Number.MAX_SAFE_INTEGER)),
  integer("parentsIn"),
  integer("parentsOut"),
];

/**
 * A unified entry. `tcp` is {@link TCP_GONE}, {@link NOT_TRACKED}, or a row of `tcp` plus {@link TCP_ROWS}; `program`, if it has one, a row of
 * `programs` plus 1, to which `entropy` and `info` belong; `recorded` the place in the list beside the bytes. Its parents are the next
 * rows of `parents`.
 */
const UFT = [
  ...flow("flow"),
  integer("hits"),
  age,
  integer("epoch"),
  integer("flags", FLAG_MTU_UNRESTRICTED | FLAG_LIST),
  integer("tcp"),
  integer("program"),
  integer("entropy"),
  integer("info"),
  integer("recorded"),
  integer("parents"),
];

/** Rows of each section. */
export const COLUMNS: Readonly<Record<Section, readonly Column[]>> = {
  tcp: TCP,
  /** `answer` is the outbound flow that answers. */
  uftIn: [...UFT, ...flow("answer")],
  /** `partner` is the row of the inbound entry that is its partner, plus 1. */
  uftOut: [...UFT, integer("partner")],
  /** A pair that an entry depends on. Of an entry's parents the one that is asked first stands first. */
  parents: [integer("pair")],
  /** Words of a transform program, but for those that differ from flow to flow. */
  programs: words("words", PROGRAM_WORDS - 2),
  /**
   * A pair of a layer. `halves` has bit 0 if there is an inbound half, bit 1 if there is an outbound one; what belongs to one that is not
   * there is 0. `descriptor` is the place in the list beside the bytes, plus 1.
   */
  pairs: [
    integer("layer"),
    age,
    integer("isKilled", 1),
    integer("descriptor"),
    integer("halves", 3),
    ...flow("in"),
    integer("inHits"),
    integer("inDirty", 1),
    ...flow("out"),
    integer("outHits"),
    integer("outDirty", 1),
  ],
};

/** Where the columns of `tcp` stand. */
export const TcpColumn = {
  Flow: 0,
  Hits: 10,
  Age: 11,
  State: 12,
  Known: 13,
  Numbers: 14,
  Inbound: 18,
  Counters: 28,
  ParentsIn: 32,
  ParentsOut: 33,
} as const;

/** Where the columns of `uftIn` and `uftOut` stand. */
export const UftColumn = {
  Flow: 0,
  Hits: 10,
  Age: 11,
  Epoch: 12,
  Flags: 13,
  Tcp: 14,
  Program: 15,
  Entropy: 16,
  Info: 17,
  Recorded: 18,
  Parents: 19,
  /** Of `uftIn`. */
  Answer: 20,
  /** Of `uftOut`. */
  Partner: 20,
} as const;

/** Where the columns of `pairs` stand. */
export const PairColumn = { Layer: 0, Age: 1, IsKilled: 2, Descriptor: 3, Halves: 4, In: 5, Out: 17 } as const;
/** Where those of a half stand, from `PairColumn.In` or `PairColumn.Out` on. */
export const HalfColumn = { Flow: 0, Hits: 10, IsDirty: 11 } as const;
export const HAS_IN = 1;
export const HAS_OUT = 2;

/** The flow was tracked by an entry that is no more. */
export const TCP_GONE = 0;
export const NOT_TRACKED = 1;
export const TCP_ROWS = 2;
