// Text of predicates, as rule dumps print it (spec 02 §3.3).

import { EtherType, IpProtocol } from "opte-api";
import type { DataPredicate } from "./data-predicate.js";
import { innerFieldName, type FieldPredicate } from "./inner-field.js";
import type { NumberMatch, Predicate } from "./predicate.js";

/** Text of a predicate: `inner.ip.dst=10.0.0.0/8`, `inner.ulp.dst=80,∈(1000..=1004)`, `!…`, `any(…,…)`. */
export function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case "meta":
      return `meta: ${predicate.key}=${predicate.value}`;
    case "not":
      return `!${predicateText(predicate.predicate)}`;
    case "any":
    case "all":
      return `${predicate.kind}(${predicate.predicates.map(predicateText).join(",")})`;
    default:
      return innerFieldName(predicate.kind) + valuesText(predicate);
  }
}

/** Text of a data predicate: `dhcp.msg_type=Discover`, `!dhcpv6.msg_type=Solicit`. */
export function dataPredicateText(predicate: DataPredicate): string {
  switch (predicate.kind) {
    case "dhcpMessageType":
      return `dhcp.msg_type${numbersText(predicate.values, (type) => DHCP_TYPES.get(type) ?? `Unknown: ${type}`)}`;
    case "dhcpv6MessageType":
      return `dhcpv6.msg_type${numbersText(predicate.values, (type) => DHCPV6_TYPES.get(type) ?? `Other(${type})`)}`;
    case "not":
      return `!${dataPredicateText(predicate.predicate)}`;
  }
}

function valuesText(predicate: FieldPredicate): string {
  switch (predicate.kind) {
    case "etherType":
      return `=${predicate.values.map(etherTypeText).join(",")}`;
    case "ipProtocol":
      return `=${predicate.values.map((proto) => IpProtocol.format(proto)).join(",")}`;
    case "srcPort":
    case "dstPort":
    case "icmpCode":
    case "icmpv6Code":
      return numbersText(predicate.values, String);
    case "icmpType":
      return numbersText(predicate.values, (type) => ICMP_TYPES.get(type) ?? String(type));
    case "icmpv6Type":
      return numbersText(predicate.values, (type) => ICMPV6_TYPES.get(type) ?? String(type));
    default:
      return `=${predicate.values.join(",")}`;
  }
}

/** Each value carries its own sign: that of an exact value or that of a range. */
function numbersText(values: readonly NumberMatch[], name: (value: number) => string): string {
  return values
    .map((value) => {
      if (typeof value === "number") return `=${name(value)}`;
      return value.first === value.last ? `=${name(value.first)}` : `∈(${name(value.first)}..=${name(value.last)})`;
    })
    .join(",");
}

function etherTypeText(etherType: number): string {
  return ETHER_TYPES.get(etherType) ?? `0x${etherType.toString(16).toUpperCase()}`;
}

const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [EtherType.Arp, "ARP"],
  [EtherType.Ethernet, "ETHER"],
  [EtherType.Ipv4, "IPv4"],
  [EtherType.Ipv6, "IPv6"],
]);

const ICMP_TYPES: ReadonlyMap<number, string> = new Map([
  [0, "echo reply"],
  [3, "destination unreachable"],
  [5, "message redirect"],
  [8, "echo request"],
  [9, "router advertisement"],
  [10, "router solicitation"],
  [11, "time exceeded"],
  [12, "parameter problem"],
  [13, "timestamp"],
  [14, "timestamp reply"],
]);

const ICMPV6_TYPES: ReadonlyMap<number, string> = new Map([
  [1, "destination unreachable"],
  [2, "packet too big"],
  [3, "time exceeded"],
  [4, "parameter problem"],
  [128, "echo request"],
  [129, "echo reply"],
  [130, "multicast listener query"],
  [133, "router solicitation"],
  [134, "router advertisement"],
  [135, "neighbor solicitation"],
  [136, "neighbor advert"],
  [137, "redirect"],
  [143, "multicast listener report"],
  [155, "RPL control message"],
]);

const DHCP_TYPES: ReadonlyMap<number, string> = new Map([
  [1, "Discover"],
  [2, "Offer"],
  [3, "Request"],
  [4, "Decline"],
  [5, "Ack"],
  [6, "Nak"],
  [7, "Release"],
  [8, "Inform"],
]);

const DHCPV6_TYPES: ReadonlyMap<number, string> = new Map([
  [1, "Solicit"],
  [2, "Advertise"],
  [3, "Request"],
  [4, "Confirm"],
  [5, "Renew"],
  [7, "Reply"],
  [11, "InformationRequest"],
]);
