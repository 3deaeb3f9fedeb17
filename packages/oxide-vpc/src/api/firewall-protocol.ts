// The protocols that a firewall rule is about (spec 04 §4.1, §4.2).

import { DECIMAL_FAULT_TEXT, IpProtocol, parseDecimal, TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

const TYPE = "firewall protocol";

/** The protocol of a packet; ARP counts as one. */
export type FirewallProtocol =
  | { readonly kind: "any" | "arp" | "tcp" | "udp" }
  /** ICMP of either IP version, perhaps only some messages. */
  | { readonly kind: "icmp" | "icmpv6"; readonly filter?: IcmpFilter }
  /** Any IP protocol by number; has no text form that can be read. */
  | { readonly kind: "other"; readonly protocol: IpProtocol };

/** Messages of ICMP or ICMPv6. */
export interface IcmpFilter {
  /** Message type, 0 to 255. */
  readonly ty: number;
  /** Codes, 0 to 255, both ends included; absent: every code. A range whose first exceeds its last matches nothing. */
  readonly codes?: { readonly first: number; readonly last: number };
}

/** Reads and prints protocol filters. */
export const FirewallProtocol = {
  /**
   * Reads `any`, `arp`, `tcp`, `udp`, `icmp` or `icmp6` in any case; the last two may go on with `:type`, `:type,code` or
   * `:type,first-last`.
   *
   * @throws TextError `unknown_protocol`, `filter_not_allowed`, or a {@link DecimalFault} of the filter
   */
  parse: (text: string): FirewallProtocol => {
    const lower = asciiLowerCase(text);
    const colon = lower.indexOf(":");
    const name = colon < 0 ? lower : lower.slice(0, colon);
    if (name === "icmp" || name === "icmp6") {
      const kind = name === "icmp" ? "icmp" : "icmpv6";
      return colon < 0 ? { kind } : { kind, filter: parseIcmpFilter(text, lower.slice(colon + 1)) };
    }
    if (colon >= 0) {
      throw new TextError(TYPE, "filter_not_allowed", text, "only icmp and icmp6 take a message type");
    }
    if (name === "any" || name === "arp" || name === "tcp" || name === "udp") return { kind: name };
    throw new TextError(TYPE, "unknown_protocol", text, "it is none of any, arp, tcp, udp, icmp, icmp6");
  },

  /** Prints what {@link FirewallProtocol.parse} reads, but for `other:NUMBER`. */
  format: (protocol: FirewallProtocol): string => {
    switch (protocol.kind) {
      case "icmp":
        return `icmp${filterText(protocol.filter)}`;
      case "icmpv6":
        return `icmp6${filterText(protocol.filter)}`;
      case "other":
        return `other:${protocol.protocol}`;
      default:
        return protocol.kind;
    }
  },

  /** The reference's own text: `ANY`, `TCP`, `ICMP6:135,0`; of other protocols the name. */
  toReferenceString: (protocol: FirewallProtocol): string =>
    protocol.kind === "other" ? IpProtocol.format(protocol.protocol) : FirewallProtocol.format(protocol).toUpperCase(),
} as const;

function parseIcmpFilter(text: string, filter: string): IcmpFilter {
  const comma = filter.indexOf(",");
  if (comma < 0) return { ty: parseByte(text, filter) };
  // The codes are read before the type, so where both are wrong the reference reports the codes
  const codes = filter.slice(comma + 1);
  const dash = codes.indexOf("-");
  const first = parseByte(text, dash < 0 ? codes : codes.slice(0, dash));
  const last = dash < 0 ? first : parseByte(text, codes.slice(dash + 1));
  return { ty: parseByte(text, filter.slice(0, comma)), codes: { first, last } };
}

function parseByte(text: string, digits: string): number {
  const value = parseDecimal(digits, 0xff);
  if (typeof value === "string") throw new TextError(TYPE, value, text, DECIMAL_FAULT_TEXT[value]);
  return value;
}

function filterText(filter: IcmpFilter | undefined): string {
  if (filter === undefined) return "";
  const { ty, codes } = filter;
  if (codes === undefined) return `:${ty}`;
  return codes.first === codes.last ? `:${ty},${codes.first}` : `:${ty},${codes.first}-${codes.last}`;
}
