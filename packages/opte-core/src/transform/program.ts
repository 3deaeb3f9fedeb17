// Transform programs: what a flow's transformations do to its packets, merged into sixteen words (spec 01 §7).
//
//   0       flags, see `ProgramFlag`
//   1       template id of the encapsulation to push
//   2       low half: its UDP source port; high half: checksum delta of the upper layer
//   3       ports, or type, code and identifier, as word 8 of the new flow id
//   4       low byte: TCP flags; next byte: IP protocol
//   5-7     new MAC addresses in wire order: 6 bytes destination, 6 bytes source
//   8-11    new source address, as in the new flow id
//   12-15   new destination address
//
// All packets of a flow have the same addresses, ports and echo id, so what rewriting those does to the upper-layer checksum is one
// number, known beforehand. Multi-byte values are in memory order, as in a flow id, but for words 2 and 4.

import { swap16 } from "../flow/byte-order.js";
import { MacAddr } from "opte-api";
import { FlowKey } from "../flow/flow-id.js";
import { rdWord } from "../packet/bytes.js";
import { finishSum, foldSum, sumWord } from "../packet/checksum.js";
import { isEcho } from "../packet/packet-flow.js";
import { writeMac } from "./field-write.js";
import type { EtherFields, HeaderTransform, IpFields, UlpFields } from "./header-transform.js";
import { isPushed, OuterHeaders } from "./outer-headers.js";
import type { TemplateTable } from "./template-table.js";

const ICMP = 1;
const TCP = 6;
const UDP = 17;

/** Words of a program. */
export const PROGRAM_WORDS: number = 16;

/** What a program does. */
export const ProgramFlag = {
  /** Drop the received outer headers. */
  Strip: 0x001,
  /** Push the encapsulation in place of them. */
  Push: 0x002,
  /** Something that the inner checksums cover was set, to whatever value. */
  ChecksumsDirty: 0x004,
  EtherDst: 0x008,
  EtherSrc: 0x010,
  IpSrc: 0x020,
  IpDst: 0x040,
  Protocol: 0x080,
  Ports: 0x100,
  TcpFlags: 0x200,
  IcmpId: 0x400,
} as const;

/** Where a program's values stand. */
export const ProgramWord = { Flags: 0, Template: 1, Entropy: 2, Info: 3, Bytes: 4, Macs: 5, Src: 8, Dst: 12 } as const;

/**
 * Merges transformations into a program, if they can be: no received outer header is modified, and of the outer headers all are
 * pushed, all popped or none touched at the end. Later modifications of a field win.
 *
 * @param transforms what ran, without error, on a packet of the flow
 * @param arrived the flow's id before they ran
 * @param words where the program is written, `PROGRAM_WORDS` words from `at` on
 * @param count how many of `transforms` there are, if not all
 * @returns whether it was; a program holds on to its template until {@link releaseProgram}
 */
export function compileProgram(
  transforms: readonly HeaderTransform[],
  arrived: FlowKey,
  words: Int32Array,
  at: number,
  templates: TemplateTable,
  count: number = transforms.length,
): boolean {
  if (!MERGED.merge(transforms, count, arrived.family)) return false;
  const { ether, ip, ulp } = MERGED;
  const { ether: outerEther, ip: outerIp, encap } = MERGED.outer;
  const isUntouched = outerEther === "asReceived" && outerIp === "asReceived" && encap === "asReceived";
  const isPopped = outerEther === "popped" && outerIp === "popped" && encap === "popped";
  words.fill(0, at, at + PROGRAM_WORDS);
  let flags = 0;
  if (isPushed(outerEther) && isPushed(outerIp) && isPushed(encap)) {
    flags |= ProgramFlag.Push;
    words[at + ProgramWord.Template] = templates.acquire(outerEther, outerIp, encap);
    words[at + ProgramWord.Entropy] = encap.entropy;
  } else if (isPopped) {
    flags |= ProgramFlag.Strip;
  } else if (!isUntouched) {
    return false;
  }
  if (ether !== undefined) flags |= writeMacs(words, at, ether);
  if (ip !== undefined || ulp !== undefined) flags |= writeInner(words, at, arrived, ip, ulp);
  words[at + ProgramWord.Flags] = flags;
  return true;
}

/** Gives back the template of a program that {@link compileProgram} wrote. */
export function releaseProgram(words: Int32Array, at: number, templates: TemplateTable): void {
  if (((words[at + ProgramWord.Flags] ?? 0) & ProgramFlag.Push) === 0) return;
  templates.release(words[at + ProgramWord.Template] ?? 0);
}

/** Makes of the id with which a program's flow arrives the one with which it leaves. */
export function rewriteFlow(words: Int32Array, at: number, flow: FlowKey): void {
  if (((words[at + ProgramWord.Flags] ?? 0) & ProgramFlag.ChecksumsDirty) === 0) return;
  for (let i = 0; i < 8; i++) flow.words[i] = words[at + ProgramWord.Src + i] ?? 0;
  flow.words[8] = words[at + ProgramWord.Info] ?? 0;
  const proto = ((words[at + ProgramWord.Bytes] ?? 0) >>> 8) & 0xff;
  flow.words[9] = ((flow.words[9] ?? 0) & ~0xff) | proto;
}

/** The sum of several transformations. */
class Merged {
  readonly outer: OuterHeaders = new OuterHeaders();
  /** Each is absent if none sets a field of the header, present if one does so without naming any. */
  ether: EtherFields | undefined = undefined;
  ip: IpFields | undefined = undefined;
  ulp: UlpFields | undefined = undefined;

  /** Starts anew with the first `count` of `transforms`. @returns whether they can be merged */
  merge(transforms: readonly HeaderTransform[], count: number, family: number): boolean {
    this.outer.reset();
    this.ether = undefined;
    this.ip = undefined;
    this.ulp = undefined;
    for (let i = 0; i < count; i++) {
      const transform = transforms[i];
      if (transform !== undefined && !this.#add(transform, family)) return false;
    }
    return true;
  }

  /** Nearly always only one transformation sets fields of a header: then they are taken over as they are. */
  #add(transform: HeaderTransform, family: number): boolean {
    const { innerEther, innerIp, innerUlp } = transform;
    if (this.outer.run(transform, undefined) !== undefined) return false;
    if (innerEther !== undefined) {
      this.ether = this.ether === undefined ? innerEther.fields : { ...this.ether, ...innerEther.fields };
    }
    if (innerIp !== undefined) {
      const { ip } = this;
      const { fields } = innerIp;
      if (fields.version !== family) return false;
      this.ip = ip?.version === 4 && fields.version === 4 ? { ...ip, ...fields } : mergeIpv6(ip, fields);
    }
    if (innerUlp !== undefined) {
      this.ulp = this.ulp === undefined ? innerUlp.fields : { ...this.ulp, ...innerUlp.fields };
    }
    return true;
  }
}

/** For short-lived use inside {@link compileProgram}. */
const MERGED = new Merged();

function mergeIpv6(ip: IpFields | undefined, fields: IpFields): IpFields {
  return ip?.version === 6 && fields.version === 6 ? { ...ip, ...fields } : fields;
}

function writeMacs(words: Int32Array, at: number, { dst, src }: EtherFields): number {
  const macs = MACS;
  writeMac(macs, 0, dst ?? MacAddr.ZERO);
  writeMac(macs, 6, src ?? MacAddr.ZERO);
  for (let i = 0; i < 3; i++) words[at + ProgramWord.Macs + i] = rdWord(macs, 4 * i);
  return (dst === undefined ? 0 : ProgramFlag.EtherDst) | (src === undefined ? 0 : ProgramFlag.EtherSrc);
}

/** For short-lived use inside {@link writeMacs}. */
const MACS = new Uint8Array(12);

/** Writes what becomes of the flow id, and the checksum delta that goes with it. */
function writeInner(
  words: Int32Array,
  at: number,
  arrived: FlowKey,
  ip: IpFields | undefined,
  ulp: UlpFields | undefined,
): number {
  let flags = ProgramFlag.ChecksumsDirty;
  const { proto } = arrived;
  const rewritten = REWRITTEN;
  rewritten.copyFrom(arrived);
  if (ip?.src !== undefined) {
    flags |= ProgramFlag.IpSrc;
    rewritten.setSource(ip.src);
  }
  if (ip?.dst !== undefined) {
    flags |= ProgramFlag.IpDst;
    rewritten.setDestination(ip.dst);
  }
  if (ip?.protocol !== undefined) {
    flags |= ProgramFlag.Protocol;
    rewritten.words[9] = ((rewritten.words[9] ?? 0) & ~0xff) | ip.protocol;
  }
  if (proto === TCP || proto === UDP) {
    if (ulp?.srcPort !== undefined || ulp?.dstPort !== undefined) flags |= ProgramFlag.Ports;
    rewritten.setPorts(ulp?.srcPort, ulp?.dstPort);
    if (ulp?.tcpFlags !== undefined && proto === TCP) flags |= ProgramFlag.TcpFlags;
  } else if (ulp?.icmpId !== undefined && isEcho(proto, rewritten.icmpTypeAndCode)) {
    flags |= ProgramFlag.IcmpId;
    rewritten.setIcmpId(ulp.icmpId);
  }
  for (let i = 0; i < 8; i++) words[at + ProgramWord.Src + i] = rewritten.words[i] ?? 0;
  words[at + ProgramWord.Info] = rewritten.words[8] ?? 0;
  words[at + ProgramWord.Bytes] = (ulp?.tcpFlags ?? 0) | (rewritten.proto << 8);
  const delta = coveredSum(rewritten, proto) + finishSum(coveredSum(arrived, proto));
  words[at + ProgramWord.Entropy] = ((words[at + ProgramWord.Entropy] ?? 0) & 0xffff) | (swap16(foldSum(delta)) << 16);
  return flags;
}

/** For short-lived use inside {@link writeInner}. */
const REWRITTEN = new FlowKey();

/**
 * Sum of what the upper-layer checksum covers of a flow id, in memory order.
 *
 * @param proto protocol of the upper-layer header
 */
function coveredSum({ words, proto: protocol }: FlowKey, proto: number): number {
  let sum = sumWord(words[8] ?? 0);
  if (proto === ICMP) return sum;
  for (let i = 0; i < 8; i++) sum += sumWord(words[i] ?? 0);
  return sum + (protocol << 8);
}
