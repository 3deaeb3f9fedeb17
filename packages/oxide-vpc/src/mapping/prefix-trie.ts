// Longest-prefix match, exact match and order: a path-compressed binary trie (PATRICIA) over typed arrays.
//
//   node (words):  0 child for bit 0 | 1 child for bit 1 | 2 length of its prefix, in bits | 3 value plus one | 4… its prefix
//
// A node's children have longer prefixes that begin with its own, and differ in the bit behind it. Every node but the root has a value
// or two children, so there are at most two nodes for each prefix, whatever the lengths. Node 0 is the root, whose prefix is empty; as
// nothing has it as a child, 0 stands for "no child".

import { RecordPool } from "./record-pool.js";

const LENGTH = 2;
const VALUE = 3;
const PREFIX = 4;
const ROOT = 0;

/** What a prefix without a value has. */
export const NO_VALUE = -1;

/** Bits as 32-bit words, most significant bit first. */
export type Bits = ArrayLike<number>;

/** A map from prefixes to numbers from 0 to 2^32 - 2. Prefixes have no bit set behind their end. */
export class PrefixTrie {
  readonly #nodes: RecordPool;
  readonly #words: number;
  #size = 0;

  /** @param words of the longest prefix */
  constructor(words: number) {
    this.#words = words;
    this.#nodes = new RecordPool(PREFIX + words);
    this.#nodes.allocate();
  }

  /** Number of prefixes. */
  get size(): number {
    return this.#size;
  }

  /** Number of nodes, the root included. */
  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** The value of the longest prefix that `bits` begin with, else {@link NO_VALUE}. */
  match(bits: Bits, length: number): number {
    let best = this.#value(ROOT);
    let node = this.#child(ROOT, bits, 0);
    while (node !== ROOT) {
      const depth = this.#nodes.get(node, LENGTH);
      if (depth > length) break;
      const value = this.#value(node);
      if (value !== NO_VALUE) {
        if (this.#common(node, bits, depth) < depth) break;
        best = value;
      }
      if (depth === length) break;
      node = this.#child(node, bits, depth);
    }
    return best;
  }

  /** The value of exactly this prefix, else {@link NO_VALUE}. */
  get(prefix: Bits, length: number): number {
    const node = this.#descend(prefix, length);
    return node < 0 || this.#nodes.get(node, LENGTH) !== length ? NO_VALUE : this.#value(node);
  }

  /** The value of the lowest of the prefixes that begin with `prefix`, else {@link NO_VALUE}. */
  first(prefix: Bits, length: number): number {
    let node = this.#descend(prefix, length);
    if (node < 0) return NO_VALUE;
    while (this.#value(node) === NO_VALUE) {
      const left = this.#nodes.get(node, 0);
      node = left === ROOT ? this.#nodes.get(node, 1) : left;
      if (node === ROOT) return NO_VALUE;
    }
    return this.#value(node);
  }

  /** @returns the value that the prefix had, else {@link NO_VALUE} */
  set(prefix: Bits, length: number, value: number): number {
    let node = ROOT;
    for (;;) {
      const depth = this.#nodes.get(node, LENGTH);
      if (depth === length) {
        const previous = this.#value(node);
        this.#nodes.set(node, VALUE, value + 1);
        if (previous === NO_VALUE) this.#size++;
        return previous;
      }
      const side = bit(prefix, depth);
      const child = this.#nodes.get(node, side);
      const childLength = child === ROOT ? 0 : this.#nodes.get(child, LENGTH);
      const common = child === ROOT ? 0 : this.#common(child, prefix, Math.min(length, childLength));
      if (child !== ROOT && common === childLength) {
        node = child;
        continue;
      }
      this.#nodes.set(node, side, this.#insert(prefix, length, value, child, common));
      this.#size++;
      return NO_VALUE;
    }
  }

  /** @returns the value that the prefix had, else {@link NO_VALUE} */
  remove(prefix: Bits, length: number): number {
    let grandparent = ROOT;
    let parent = ROOT;
    let node = ROOT;
    while (this.#nodes.get(node, LENGTH) < length) {
      grandparent = parent;
      parent = node;
      node = this.#child(node, prefix, this.#nodes.get(node, LENGTH));
      if (node === ROOT) return NO_VALUE;
    }
    if (this.#nodes.get(node, LENGTH) !== length || this.#common(node, prefix, length) < length) return NO_VALUE;
    const value = this.#value(node);
    if (value === NO_VALUE) return NO_VALUE;
    this.#nodes.set(node, VALUE, 0);
    this.#size--;
    this.#bypass(parent, node);
    this.#bypass(grandparent, parent);
    return value;
  }

  /** Calls `visit` with each prefix and its value in ascending order, a prefix before those that begin with it. */
  forEach(visit: (prefix: readonly number[], length: number, value: number) => void): void {
    const stack = [ROOT];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const value = this.#value(node);
      if (value !== NO_VALUE) {
        const prefix: number[] = [];
        for (let i = 0; i < this.#words; i++) prefix.push(this.#nodes.get(node, PREFIX + i));
        visit(prefix, this.#nodes.get(node, LENGTH), value);
      }
      for (const side of [1, 0]) {
        const child = this.#nodes.get(node, side);
        if (child !== ROOT) stack.push(child);
      }
    }
  }

  /** A node for the prefix, and where it must one for what it has in `common` with `child`, which comes below. @returns the upper one */
  #insert(prefix: Bits, length: number, value: number, child: number, common: number): number {
    const leaf = this.#node(prefix, length);
    this.#nodes.set(leaf, VALUE, value + 1);
    if (child === ROOT) return leaf;
    if (common === length) {
      this.#nodes.set(leaf, this.#side(child, length), child);
      return leaf;
    }
    const branch = this.#node(prefix, common);
    this.#nodes.set(branch, bit(prefix, common), leaf);
    this.#nodes.set(branch, this.#side(child, common), child);
    return branch;
  }

  #node(prefix: Bits, length: number): number {
    const node = this.#nodes.allocate();
    this.#nodes.set(node, LENGTH, length);
    for (let i = 0; i < this.#words; i++) this.#nodes.set(node, PREFIX + i, masked(prefix, i, length));
    return node;
  }

  /** Takes a node without a value and with fewer than two children out of the way between its parent and its child. */
  #bypass(parent: number, node: number): void {
    if (node === ROOT || this.#value(node) !== NO_VALUE) return;
    const left = this.#nodes.get(node, 0);
    const right = this.#nodes.get(node, 1);
    if (left !== ROOT && right !== ROOT) return;
    this.#nodes.set(parent, this.#nodes.get(parent, 0) === node ? 0 : 1, left === ROOT ? right : left);
    this.#nodes.free(node);
  }

  /** The uppermost node whose prefix begins with `prefix`, else -1. */
  #descend(prefix: Bits, length: number): number {
    let node = ROOT;
    for (let depth = 0; depth < length; depth = this.#nodes.get(node, LENGTH)) {
      node = this.#child(node, prefix, depth);
      if (node === ROOT) return -1;
    }
    return this.#common(node, prefix, length) < length ? -1 : node;
  }

  #child(node: number, bits: Bits, depth: number): number {
    return this.#nodes.get(node, bit(bits, depth));
  }

  /** Bit `at` of a node's prefix. */
  #side(node: number, at: number): 0 | 1 {
    return bitOf(this.#nodes.get(node, PREFIX + (at >>> 5)), at);
  }

  #value(node: number): number {
    return this.#nodes.get(node, VALUE) - 1;
  }

  /** How many of the first `limit` bits the node's prefix and `bits` have in common before they differ. */
  #common(node: number, bits: Bits, limit: number): number {
    for (let i = 0; i * 32 < limit; i++) {
      const difference = this.#nodes.get(node, PREFIX + i) ^ (bits[i] ?? 0);
      if (difference !== 0) return Math.min(limit, i * 32 + Math.clz32(difference));
    }
    return limit;
  }
}

/** Bit `at`, counted from the most significant one of the first word. */
function bit(bits: Bits, at: number): 0 | 1 {
  return bitOf(bits[at >>> 5] ?? 0, at);
}

function bitOf(word: number, at: number): 0 | 1 {
  return ((word >>> (31 - (at & 31))) & 1) === 0 ? 0 : 1;
}

/** Word `i` of `bits`, with what is behind `length` bits cleared. */
function masked(bits: Bits, i: number, length: number): number {
  const kept = Math.max(0, Math.min(32, length - 32 * i));
  return kept === 0 ? 0 : (bits[i] ?? 0) & (-1 << (32 - kept));
}
