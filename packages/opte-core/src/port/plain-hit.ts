// A hit of a plain packet (`Packet.isPlain`) on a compiled flow, in one go: the way of nearly every packet.
//
// It does what `pipeline.ts` and `transform/apply.ts` do step by step, and is one long function because of what calls cost: at tens of
// nanoseconds a packet, as much as the work itself. Whatever is rare it leaves to the steps, and decides so before it changes anything.

import { swap16, swap32 } from "../flow/byte-order.js";
import { HITS_WORD, LAST_HIT_WORD, type FlowTable } from "../flow/flow-table.js";
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, TcpState } from "../flow/tcp-matrix.js";
import { float64, word32 } from "../packet/bytes.js";
import { finishSum, sumWord, updateChecksum } from "../packet/checksum.js";
import { MAX_FRAME_LEN } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { UDP_ZERO } from "../transform/inner-checksum.js";
import { ProgramFlag, ProgramWord } from "../transform/program.js";
import { FLAT_LENGTH, FLAT_WORDS, type TemplateTable } from "../transform/template-table.js";
import type { ProcessResult } from "./process-result.js";
import {
  GUEST_SEQ_SEEN,
  REMOTE_SEQ_SEEN,
  TCP_ENTRY_ID,
  TCP_GUEST_SEQ,
  TCP_INBOUND_ENTRY,
  TCP_KNOWN,
  TCP_REMOTE_SEQ,
  TCP_SEGS_IN,
  TCP_SEGS_OUT,
  TCP_STATE,
  type TcpFlows,
} from "./tcp-flows.js";
import { FLAG_LIST, FLAG_MTU_UNRESTRICTED, FLAGS, HASH, PROGRAM, TCP_ID, TCP_SLOT } from "./uft.js";

// V8 knows a constant, but not what stands in an object.
const TEMPLATE_AT = ProgramWord.Template;
const ENTROPY_AT = ProgramWord.Entropy;
const INFO_AT = ProgramWord.Info;
const MACS_AT = ProgramWord.Macs;
const SRC_AT = ProgramWord.Src;
const DST_AT = ProgramWord.Dst;
const STRIP = ProgramFlag.Strip;
const PUSH = ProgramFlag.Push;
const CHECKSUMS_DIRTY = ProgramFlag.ChecksumsDirty;
const ETHER_DST = ProgramFlag.EtherDst;
const ETHER_SRC = ProgramFlag.EtherSrc;
const IP_SRC = ProgramFlag.IpSrc;
const IP_DST = ProgramFlag.IpDst;
const PORTS = ProgramFlag.Ports;
const ICMP_ID = ProgramFlag.IcmpId;
const RARE = ProgramFlag.Protocol | ProgramFlag.TcpFlags;

const ESTABLISHED = TcpState.Established;
const ENDS_OR_BEGINS = TCP_SYN | TCP_FIN | TCP_RST;

const TCP = 6;
const UDP = 17;
/** Ethernet and IPv6 in front of UDP. */
const ENCAP_UDP = 54;
/** Whole words of an encapsulation without options. */
const SHORT_ENCAP_WORDS = 17;

/** The short way through one port. */
export class PlainHit {
  readonly #packet: Packet;
  readonly #result: ProcessResult;
  readonly #tcp: TcpFlows;
  readonly #templates: TemplateTable;

  constructor(packet: Packet, result: ProcessResult, tcp: TcpFlows, templates: TemplateTable) {
    this.#packet = packet;
    this.#result = result;
    this.#tcp = tcp;
    this.#templates = templates;
  }

  /**
   * Takes the packet, which is plain, through the entry of its flow: counts, tracks and rewrites it.
   *
   * @param table the unified entries of the packet's direction
   * @param slot the entry, made under the current rules
   * @returns whether it did; if not, nothing has been touched
   */
  take(isInbound: boolean, table: FlowTable, slot: number, nowMs: number): boolean {
    const packet = this.#packet;
    const { frame, ether, ulp, proto } = packet;
    const { records } = table;
    const { flat } = this.#templates;
    const record = slot * table.stride;
    const entryFlags = word32(records, record + FLAGS);
    const program = record + PROGRAM;
    const flags = word32(records, program);
    if ((entryFlags & FLAG_LIST) !== 0 || (flags & RARE) !== 0) return false;
    const { words: headers, end } = frame;
    let { start } = frame;
    let template = 0;
    if ((flags & PUSH) !== 0) {
      template = word32(records, program + TEMPLATE_AT) * FLAT_WORDS;
      const length = word32(flat, template + FLAT_LENGTH);
      start = ether - length;
      if (length === 0 || start < 0 || (start & 3) !== 0) return false;
    } else if ((flags & STRIP) !== 0) {
      start = ether;
    }
    if (end - start > MAX_FRAME_LEN) return false;
    const tcpSlot = word32(records, record + TCP_SLOT);
    const u = ulp >> 2;
    if (tcpSlot >= 0) {
      // A segment that leaves its open connection open: what `TcpFlows.run` does with it
      const tcp = this.#tcp.table;
      const { records: entries, floats } = tcp;
      const entry = tcpSlot * tcp.stride;
      const id = word32(records, record + TCP_ID);
      const known = word32(entries, entry + TCP_KNOWN);
      const tcpFlags = word32(headers, u + 3) >>> 8;
      if (
        id === 0 ||
        word32(entries, entry + TCP_ENTRY_ID) !== id ||
        known < 0 ||
        word32(entries, entry + TCP_STATE) !== ESTABLISHED ||
        (tcpFlags & ENDS_OR_BEGINS) !== 0
      ) {
        return false;
      }
      entries[entry + HITS_WORD] = word32(entries, entry + HITS_WORD) + 1;
      floats[(entry + LAST_HIT_WORD) >> 1] = nowMs;
      let numbers = entry + TCP_GUEST_SEQ;
      let seen = GUEST_SEQ_SEEN;
      let counters = (entry + TCP_SEGS_OUT) >> 1;
      if (isInbound) {
        numbers = entry + TCP_REMOTE_SEQ;
        seen = REMOTE_SEQ_SEEN;
        counters = (entry + TCP_SEGS_IN) >> 1;
        if (word32(entries, entry + TCP_INBOUND_ENTRY) !== slot + 1) {
          this.#tcp.setInbound(tcpSlot, packet.flow);
          entries[entry + TCP_INBOUND_ENTRY] = slot + 1;
        }
      }
      entries[numbers] = swap32(word32(headers, u + 1));
      if ((tcpFlags & TCP_ACK) !== 0) {
        entries[numbers + 1] = swap32(word32(headers, u + 2));
        seen |= seen << 1;
      }
      entries[entry + TCP_KNOWN] = known | seen;
      floats[counters] = float64(floats, counters) + 1;
      floats[counters + 1] = float64(floats, counters + 1) + (end - frame.start);
    }
    table.touch(slot, nowMs);
    this.#result.setPlainHit(word32(records, record + HASH) >>> 0, (entryFlags & FLAG_MTU_UNRESTRICTED) !== 0);

    // An IP header on a word boundary has words in front of it that begin with the last half of the encapsulation and the first of the
    // destination, the rest of that, the first part of the source, and the last before the Ethernet type.
    const w = (ether - 2) >> 2;
    let dstStart = word32(headers, w) >>> 16;
    if ((flags & (ETHER_DST | ETHER_SRC)) !== 0) {
      const middle = word32(records, program + MACS_AT + 1);
      if ((flags & ETHER_DST) !== 0) {
        const first = word32(records, program + MACS_AT);
        dstStart = first & 0xffff;
        headers[w + 1] = (first >>> 16) | (middle << 16);
      }
      if ((flags & ETHER_SRC) !== 0) {
        const last = word32(records, program + MACS_AT + 2);
        headers[w + 2] = (middle >>> 16) | (last << 16);
        headers[w + 3] = (last >>> 16) | (word32(headers, w + 3) & 0xffff_0000);
      }
    }
    if ((flags & CHECKSUMS_DIRTY) !== 0) {
      const ip = packet.ip >> 2;
      if (packet.ipVersion === 4) {
        if ((flags & IP_SRC) !== 0) headers[ip + 3] = word32(records, program + SRC_AT);
        if ((flags & IP_DST) !== 0) headers[ip + 4] = word32(records, program + DST_AT);
        // A sum in memory order is the sum in network order with its bytes swapped (RFC 1071 §2 B); the checksum is half of a word.
        const third = word32(headers, ip + 2) & 0xffff;
        let sum = sumWord(word32(headers, ip)) + sumWord(word32(headers, ip + 1)) + third;
        const ipEnd = ip + (packet.ipLen >> 2);
        for (let i = ip + 3; i < ipEnd; i++) sum += sumWord(word32(headers, i));
        headers[ip + 2] = third | (finishSum(sum) << 16);
      } else {
        if ((flags & IP_SRC) !== 0) writeIpv6Address(records, program + SRC_AT, headers, ip + 2);
        if ((flags & IP_DST) !== 0) writeIpv6Address(records, program + DST_AT, headers, ip + 6);
      }
      if ((flags & PORTS) !== 0) headers[u] = word32(records, program + INFO_AT);
      // In memory order, too
      const delta = swap16(word32(records, program + ENTROPY_AT) >>> 16);
      if (proto === TCP) {
        const checksum = word32(headers, u + 4);
        headers[u + 4] = (checksum & 0xffff_0000) | updateChecksum(checksum & 0xffff, delta);
      } else if (proto === UDP) {
        const checksum = word32(headers, u + 1);
        const received = checksum >>> 16;
        if (received !== 0)
          headers[u + 1] = (checksum & 0xffff) | ((updateChecksum(received, delta) || UDP_ZERO) << 16);
      } else {
        const checksum = word32(headers, u);
        headers[u] = (checksum & 0xffff) | (updateChecksum(checksum >>> 16, delta) << 16);
        if ((flags & ICMP_ID) !== 0) {
          headers[u + 1] = (word32(records, program + INFO_AT) >>> 16) | (word32(headers, u + 1) & 0xffff_0000);
        }
      }
    }
    if ((flags & PUSH) !== 0) {
      const to = start >> 2;
      const length = swap16(end - start - ENCAP_UDP) << 16;
      // Written out: a loop over so few words costs half as much again
      headers[to] = word32(flat, template);
      headers[to + 1] = word32(flat, template + 1);
      headers[to + 2] = word32(flat, template + 2);
      headers[to + 3] = word32(flat, template + 3);
      headers[to + 4] = word32(flat, template + 4) | length;
      headers[to + 5] = word32(flat, template + 5);
      headers[to + 6] = word32(flat, template + 6);
      headers[to + 7] = word32(flat, template + 7);
      headers[to + 8] = word32(flat, template + 8);
      headers[to + 9] = word32(flat, template + 9);
      headers[to + 10] = word32(flat, template + 10);
      headers[to + 11] = word32(flat, template + 11);
      headers[to + 12] = word32(flat, template + 12);
      headers[to + 13] = word32(flat, template + 13) | (swap16(word32(records, program + ENTROPY_AT) & 0xffff) << 16);
      headers[to + 14] = word32(flat, template + 14) | length;
      headers[to + 15] = word32(flat, template + 15);
      headers[to + 16] = word32(flat, template + 16);
      const last = w - to;
      if (last !== SHORT_ENCAP_WORDS) {
        headers[to + 17] = word32(flat, template + 17);
        headers[to + 18] = word32(flat, template + 18);
      }
      headers[w] = word32(flat, template + last) | (dstStart << 16);
    } else {
      // What stands before the frame is whoever's, and stays
      headers[w] = (word32(headers, w) & 0xffff) | (dstStart << 16);
    }
    frame.start = start;
    return true;
  }
}

function writeIpv6Address(words: Int32Array, from: number, headers: Int32Array, to: number): void {
  headers[to] = word32(words, from);
  headers[to + 1] = word32(words, from + 1);
  headers[to + 2] = word32(words, from + 2);
  headers[to + 3] = word32(words, from + 3);
}
