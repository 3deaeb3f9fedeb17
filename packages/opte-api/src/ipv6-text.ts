// The text forms of IPv6 addresses, as eight 16-bit groups (RFC 4291 §2.2, RFC 5952; spec 01 §1.4).

import { parseDecimal } from "./decimal.js";

const GROUPS = 8;
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/;
/** Groups on either side of a `::` that stands for no group: more is refused, as by the reference. */
const MAX_BESIDE_EMPTY_GAP = 6;
const MAPPED_MARK = 0xffff;

/** Where a dotted quad may stand among groups. */
type QuadPlace = typeof NOWHERE | typeof LAST | typeof LAST_OR_MAPPED;
const NOWHERE = 0;
const LAST = 1;
/** Also directly behind `::ffff:`, where the reference lets groups follow it: `::ffff:1.2.3.4:5`. */
const LAST_OR_MAPPED = 2;

/** The groups of an address text, or undefined if it is none. See `Ipv6Addr.parse` for what is accepted. */
export function parseIpv6Groups(text: string): number[] | undefined {
  const gapAt = text.indexOf("::");
  if (gapAt < 0) {
    const groups = parseSide(text, LAST);
    return groups?.length === GROUPS ? groups : undefined;
  }
  const head = text.slice(0, gapAt);
  const before = head === "" ? [] : parseSide(head, NOWHERE);
  if (before === undefined) return undefined;
  const tail = withoutThirdColon(head, text.slice(gapAt + 2));
  const after = tail === "" ? [] : parseSide(tail, before.some((group) => group !== 0) ? LAST : LAST_OR_MAPPED);
  if (after === undefined) return undefined;
  const gap = GROUPS - before.length - after.length;
  if (gap < 0 || (gap === 0 && !mayHaveEmptyGap(before, after, tail.includes(".")))) return undefined;
  return [...before, ...new Array<number>(gap).fill(0), ...after];
}

/** Text of RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as `::`. */
export function printIpv6Groups(groups: readonly number[]): string {
  if (isMapped(groups)) return printMapped(groups);
  let best = { start: 0, length: 1 };
  let run = { start: 0, length: 0 };
  groups.forEach((group, index) => {
    run = group !== 0 ? { start: index + 1, length: 0 } : { start: run.start, length: run.length + 1 };
    if (run.length > best.length) best = run;
  });
  if (best.length === 1) return printHex(groups);
  return `${printHex(groups.slice(0, best.start))}::${printHex(groups.slice(best.start + best.length))}`;
}

/** Text as the reference prints it: the first run of zero groups as `::`, whatever its length. */
export function printIpv6GroupsAsReference(groups: readonly number[]): string {
  if (isMapped(groups)) return printMapped(groups);
  const start = groups.indexOf(0);
  if (start < 0) return printHex(groups);
  let end = start;
  while (groups[end] === 0) end++;
  return `${printHex(groups.slice(0, start))}::${printHex(groups.slice(end))}`;
}

/** Groups joined by `:`, of which one may be a dotted quad that counts as two; undefined if one is malformed. */
function parseSide(text: string, quadPlace: QuadPlace): number[] | undefined {
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const isLast = quadPlace !== NOWHERE && index === parts.length - 1;
    const isMappedQuad = quadPlace === LAST_OR_MAPPED && index === 1 && groups[0] === MAPPED_MARK;
    const quad = isLast || isMappedQuad ? parseQuad(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(...quad);
  }
  return groups;
}

/** What follows the `::`, less a third colon, which the reference ignores between hex groups: `1:::2` is `1::2`. */
function withoutThirdColon(head: string, tail: string): string {
  return head !== "" && tail.startsWith(":") && tail.length > 1 && !tail.includes(".") ? tail.slice(1) : tail;
}

function parseQuad(text: string): [number, number] | undefined {
  const octets: number[] = [];
  for (const part of text.split(".")) {
    const octet = parseDecimal(part, 0xff);
    if (typeof octet === "string") return undefined;
    octets.push(octet);
  }
  const [a, b, c, d, ...more] = octets;
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0) return undefined;
  return [(a << 8) | b, (c << 8) | d];
}

/** Whether a `::` between eight written groups is let pass; behind a dotted quad only in the IPv4-mapped form. */
function mayHaveEmptyGap(before: readonly number[], after: readonly number[], endsInQuad: boolean): boolean {
  if (before.length > MAX_BESIDE_EMPTY_GAP || after.length > MAX_BESIDE_EMPTY_GAP) return false;
  return !endsInQuad || (after.length === 3 && isMapped([...before, ...after]));
}

/** Whether the address is in ::ffff:0:0/96. */
function isMapped(groups: readonly number[]): boolean {
  return groups[5] === MAPPED_MARK && groups.slice(0, 5).every((group) => group === 0);
}

function printMapped(groups: readonly number[]): string {
  const octets = groups.slice(6).flatMap((group) => [group >>> 8, group & 0xff]);
  return `::ffff:${octets.join(".")}`;
}

function printHex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(":");
}
