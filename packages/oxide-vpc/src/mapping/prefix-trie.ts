// Longest-prefix match: a binary trie in one typed array.
//
//   node (words):  0 child for bit 0 | 1 child for bit 1 | 2 whether a prefix ends here
//
// Node 0 is the root; as nothing has it as a child, 0 stands for "no child". A free node has the next free node in word 0.
// Nodes without use are freed at once, so the size follows the prefixes in the trie, not those that were ever there.

const NODE_WORDS = 3;
const HAS_VALUE = 2;
const ROOT = 0;
const FIRST_NODES = 64;

/** A map from prefixes to values, asked by address. Addresses and prefixes are arrays of 32-bit words, most significant bit first. */
export class PrefixTrie<Value> {
  #nodes: Int32Array = new Int32Array(FIRST_NODES * NODE_WORDS);
  #used = 1;
  #freeHead: number = ROOT;
  readonly #values: Map<number, Value> = new Map();

  /** Number of prefixes. */
  get size(): number {
    return this.#values.size;
  }

  /** Number of nodes in use, the root included. */
  get nodeCount(): number {
    let free = 0;
    for (let node = this.#freeHead; node !== ROOT; node = this.#word(node, 0)) free++;
    return this.#used - free;
  }

  /** The value of the longest prefix that `address` is in. */
  match(address: ArrayLike<number>, bits: number): Value | undefined {
    let node = ROOT;
    let best = this.#word(ROOT, HAS_VALUE) === 0 ? -1 : ROOT;
    for (let i = 0; i < bits; i++) {
      node = this.#word(node, bit(address, i));
      if (node === ROOT) break;
      if (this.#word(node, HAS_VALUE) !== 0) best = node;
    }
    return best < 0 ? undefined : this.#values.get(best);
  }

  /** The value of exactly this prefix. */
  get(prefix: ArrayLike<number>, prefixLen: number): Value | undefined {
    const node = this.#find(prefix, prefixLen);
    return node < 0 ? undefined : this.#values.get(node);
  }

  set(prefix: ArrayLike<number>, prefixLen: number, value: Value): void {
    let node = ROOT;
    for (let i = 0; i < prefixLen; i++) {
      const side = bit(prefix, i);
      let child = this.#word(node, side);
      if (child === ROOT) {
        child = this.#allocate();
        this.#nodes[node * NODE_WORDS + side] = child;
      }
      node = child;
    }
    this.#nodes[node * NODE_WORDS + HAS_VALUE] = 1;
    this.#values.set(node, value);
  }

  /** @returns whether the prefix was there */
  remove(prefix: ArrayLike<number>, prefixLen: number): boolean {
    const node = this.#find(prefix, prefixLen);
    if (node < 0 || !this.#values.delete(node)) return false;
    this.#nodes[node * NODE_WORDS + HAS_VALUE] = 0;
    this.#prune(prefix, prefixLen);
    return true;
  }

  #find(prefix: ArrayLike<number>, prefixLen: number): number {
    let node = ROOT;
    for (let i = 0; i < prefixLen; i++) {
      node = this.#word(node, bit(prefix, i));
      if (node === ROOT) return -1;
    }
    return node;
  }

  /** Frees the end of a path as far as nothing needs it. */
  #prune(prefix: ArrayLike<number>, prefixLen: number): void {
    const path = [ROOT];
    for (let i = 0, node = ROOT; i < prefixLen; i++) {
      node = this.#word(node, bit(prefix, i));
      path.push(node);
    }
    for (let i = prefixLen; i > 0; i--) {
      const node = path[i] as number; // Unwrap: a path has one more node than its prefix has bits
      const parent = path[i - 1] as number; // Unwrap: as above
      if (this.#word(node, 0) !== ROOT || this.#word(node, 1) !== ROOT || this.#word(node, HAS_VALUE) !== 0) return;
      this.#nodes[parent * NODE_WORDS + bit(prefix, i - 1)] = ROOT;
      this.#nodes[node * NODE_WORDS] = this.#freeHead;
      this.#freeHead = node;
    }
  }

  #allocate(): number {
    const node = this.#freeHead;
    if (node !== ROOT) {
      this.#freeHead = this.#word(node, 0);
      this.#nodes.fill(0, node * NODE_WORDS, (node + 1) * NODE_WORDS);
      return node;
    }
    if (this.#used * NODE_WORDS === this.#nodes.length) {
      const grown = new Int32Array(this.#nodes.length * 2);
      grown.set(this.#nodes);
      this.#nodes = grown;
    }
    return this.#used++;
  }

  #word(node: number, at: number): number {
    return this.#nodes[node * NODE_WORDS + at] as number; // Unwrap: every node in use lies within the array
  }
}

/** Bit `i` of `words`, counted from the most significant one of the first word. */
function bit(words: ArrayLike<number>, i: number): 0 | 1 {
  return (((words[i >>> 5] ?? 0) >>> (31 - (i & 31))) & 1) === 0 ? 0 : 1;
}
