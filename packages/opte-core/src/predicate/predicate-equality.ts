// When two predicates ask the same (spec 02 §4): by structure, value lists in their order.

import type { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import type { DataPredicate } from "./data-predicate.js";
import type { MacMatch, NumberMatch, Predicate } from "./predicate.js";

/** Whether two predicates have the same kind and the same values in the same order. A range of one value equals that value. */
export function predicatesEqual(a: Predicate, b: Predicate): boolean {
  switch (a.kind) {
    case "etherType":
    case "ipProtocol":
      return hasKind(b, a.kind) && listsEqual(a.values, b.values, Object.is);
    case "etherDst":
    case "etherSrc":
      return hasKind(b, a.kind) && listsEqual(a.values, b.values, macsEqual);
    case "ipv4Src":
    case "ipv4Dst":
    case "ipv6Src":
    case "ipv6Dst":
      return hasKind(b, a.kind) && listsEqual<Address>(a.values, b.values, addressesEqual);
    case "srcPort":
    case "dstPort":
    case "icmpType":
    case "icmpCode":
    case "icmpv6Type":
    case "icmpv6Code":
      return hasKind(b, a.kind) && listsEqual(a.values, b.values, numbersEqual);
    case "meta":
      return hasKind(b, a.kind) && a.key === b.key && a.value === b.value;
    case "not":
      return hasKind(b, a.kind) && predicatesEqual(a.predicate, b.predicate);
    case "any":
    case "all":
      return hasKind(b, a.kind) && listsEqual(a.predicates, b.predicates, predicatesEqual);
  }
}

/** Whether two data predicates have the same kind and the same values in the same order. */
export function dataPredicatesEqual(a: DataPredicate, b: DataPredicate): boolean {
  if (a.kind === "not") return b.kind === "not" && dataPredicatesEqual(a.predicate, b.predicate);
  return b.kind === a.kind && listsEqual(a.values, b.values, numbersEqual);
}

type Address = Ipv4Addr | Ipv4Cidr | Ipv6Addr | Ipv6Cidr;

/** Whether a predicate is of this kind, of which the caller may know no more than that it is one of several. */
function hasKind<Kind extends Predicate["kind"]>(
  predicate: Predicate,
  kind: Kind,
): predicate is Extract<Predicate, { readonly kind: Kind }> {
  return predicate.kind === kind;
}

function listsEqual<T>(a: readonly T[], b: readonly T[], equal: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => equal(x, b[i] as T)); // Unwrap: the lists are equally long
}

function macsEqual(a: MacMatch, b: MacMatch): boolean {
  return a === "multicast" || b === "multicast" ? a === b : a.hi === b.hi && a.lo === b.lo;
}

/** The text form is canonical, and that of a prefix differs from that of an address. */
function addressesEqual(a: Address, b: Address): boolean {
  return a.toString() === b.toString();
}

function numbersEqual(a: NumberMatch, b: NumberMatch): boolean {
  return firstOf(a) === firstOf(b) && lastOf(a) === lastOf(b);
}

function firstOf(value: NumberMatch): number {
  return typeof value === "number" ? value : value.first;
}

function lastOf(value: NumberMatch): number {
  return typeof value === "number" ? value : value.last;
}
