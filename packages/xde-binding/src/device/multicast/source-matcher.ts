// A source filter in the form that the packet path asks.

import { FlowKey } from "opte-core";
import type { SourceFilter } from "oxide-vpc/api";

/** Words of an address in a flow key. */
const ADDRESS_WORDS = 4;

/** Says whether packets from a source are wanted, allocating nothing. */
export class SourceMatcher {
  readonly #isInclude: boolean;
  readonly #families: Uint8Array;
  /** The sources, one behind the other, as a flow key has them. */
  readonly #words: Int32Array;

  constructor({ kind, sources }: SourceFilter) {
    this.#isInclude = kind === "include";
    this.#families = Uint8Array.from(sources, ({ family }) => family);
    this.#words = new Int32Array(ADDRESS_WORDS * sources.length);
    const key = new FlowKey();
    sources.forEach((source, i) => {
      key.setFlowId({ kind: "none", proto: 0, src: source, dst: source });
      this.#words.set(key.words.subarray(0, ADDRESS_WORDS), ADDRESS_WORDS * i);
    });
  }

  /** Whether packets from the source of `flow` are wanted. */
  allows(flow: FlowKey): boolean {
    return this.#lists(flow.words, flow.family) === this.#isInclude;
  }

  #lists(source: Int32Array, family: number): boolean {
    const words = this.#words;
    for (let i = 0, at = 0; at < words.length; i++, at += ADDRESS_WORDS) {
      if (
        words[at] === source[0] &&
        words[at + 1] === source[1] &&
        words[at + 2] === source[2] &&
        words[at + 3] === source[3] &&
        this.#families[i] === family
      ) {
        return true;
      }
    }
    return false;
  }
}
