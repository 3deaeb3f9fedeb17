// Looks some frames ahead in a batch, so that memory is already on its way to the cache when their turn comes.
//
// Where tables are larger than the cache, a hit waits for memory several times over: for the frame, the index, the entry, the TCP entry,
// each of which tells where the next one is. The processor can wait for many at once, but only for what does not wait for one another. So
// before some frames are processed, what each will read is read: of all the frames the index, then the entries, then the TCP entries; and
// nothing is done with it. A wrong guess costs its reading.

import { FLOW_WORDS } from "../flow/flow-id.js";
import type { FlowTable } from "../flow/flow-table.js";
import { word32 } from "../packet/bytes.js";
import type { Frame } from "../packet/frame.js";
import { WORD_GENEVE_PORT, WORD_IPV4, WORD_IPV6 } from "../packet/header-words.js";
import { TCP_SLOT } from "./uft.js";

const TCP_SLOT_AT = TCP_SLOT;

/** How many frames are looked ahead: enough to keep the processor waiting for many at once, few enough to be there still. */
export const FRAMES_AHEAD = 32;
/** With fewer entries a table is in the cache of a core, and to read it beforehand takes time and gains none. */
export const LEAST_ENTRIES = 16_384;

const ETHER_LEN = 14;
/** Ethernet, IPv6, UDP and Geneve without options. */
const TUNNEL_LEN = 70;
/** An IP header, and ports or what identifies an echo. */
const IPV4_LEN = 28;
const IPV6_LEN = 48;
const TCP = 6;
const UDP = 17;
/** Words of a cache line. */
const LINE = 16;

/** Reads ahead for one port. */
export class ReadAhead {
  readonly #tcp: FlowTable;
  readonly #key: Int32Array = new Int32Array(FLOW_WORDS);
  /** Where records begin that are to be read. */
  readonly #records: Int32Array = new Int32Array(FRAMES_AHEAD);
  /** What was read, added up: else the compiler would leave the reading out. */
  readonly #sum: Int32Array = new Int32Array(1);

  /** @param tcp what the TCP slots of unified entries refer to */
  constructor(tcp: FlowTable) {
    this.#tcp = tcp;
  }

  /**
   * Reads what `frames[from, from + FRAMES_AHEAD)` will need.
   *
   * @param table of unified entries
   * @returns how many entries it read; they may be of other flows
   */
  read(table: FlowTable, frames: readonly Frame[], from: number): number {
    if (table.size < LEAST_ENTRIES) return 0;
    const key = this.#key;
    const places = this.#records;
    const to = Math.min(frames.length, from + FRAMES_AHEAD);
    let found = 0;
    for (let i = from; i < to; i++) {
      const frame = frames[i];
      const slot = frame !== undefined && readKey(key, frame) ? table.guess(key) : -1;
      if (slot >= 0) places[found++] = slot * table.stride;
    }
    const { records } = table;
    const tcp = this.#tcp;
    let sum = 0;
    let tracked = 0;
    for (let i = 0; i < found; i++) {
      const record = word32(places, i);
      sum += word32(records, record) + word32(records, record + LINE);
      const tcpSlot = word32(records, record + TCP_SLOT_AT);
      if (tcpSlot >= 0) places[tracked++] = tcpSlot * tcp.stride;
    }
    const entries = tcp.records;
    for (let i = 0; i < tracked; i++) {
      const entry = word32(places, i);
      sum += word32(entries, entry) + word32(entries, entry + LINE);
    }
    this.#sum[0] = sum;
    return found;
  }
}

/** Reads the flow key of a frame that looks plain, without any care for whether it is right. @returns whether there is one */
function readKey(key: Int32Array, { words, start, end }: Frame): boolean {
  let ip = start + ETHER_LEN;
  if (words.length === 0 || ip + IPV4_LEN > end) return false;
  if ((start & 3) === 0) {
    const outer = start >> 2;
    if (start + TUNNEL_LEN > end || (word32(words, outer + 14) & 0xffff) !== WORD_GENEVE_PORT) return false;
    // Options are counted in words, in the low six bits of the byte behind the UDP header
    ip += TUNNEL_LEN + ((word32(words, outer + 15) >>> 14) & 0xfc);
    if (ip + IPV4_LEN > end) return false;
  }
  if ((ip & 3) !== 0) return false;
  const w = ip >> 2;
  const etherType = word32(words, w - 1) >>> 16;
  if (etherType === WORD_IPV4) {
    const proto = (word32(words, w + 2) >>> 8) & 0xff;
    key[0] = word32(words, w + 3);
    key[4] = word32(words, w + 4);
    key[8] = info(words, w + 5, proto);
    key[9] = proto | (4 << 8);
    return true;
  }
  if (etherType !== WORD_IPV6 || ip + IPV6_LEN > end) return false;
  const proto = (word32(words, w + 1) >>> 16) & 0xff;
  for (let i = 0; i < 8; i++) key[i] = word32(words, w + 2 + i);
  key[8] = info(words, w + 10, proto);
  key[9] = proto | (6 << 8);
  return true;
}

/** The ports of a header at word `ulp`, or type, code and identifier of an echo. */
function info(words: Int32Array, ulp: number, proto: number): number {
  const first = word32(words, ulp);
  return proto === TCP || proto === UDP ? first : (first & 0xffff) | (word32(words, ulp + 1) << 16);
}
