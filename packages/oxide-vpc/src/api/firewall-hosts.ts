// The remote hosts that a firewall rule is about (spec 04 §4.1, §4.2).

import { IpAddr, IpCidr, TextError, Vni } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

const TYPE = "firewall hosts";

/** The remote side of a flow: its source when inbound, its destination when outbound. */
export type FirewallHosts =
  | { readonly kind: "any" }
  | { readonly kind: "subnet"; readonly cidr: IpCidr }
  | { readonly kind: "ip"; readonly ip: IpAddr }
  /** Guests of one VPC, as far as the packet or the mappings tell. */
  | { readonly kind: "vni"; readonly vni: Vni };

/** Reads and prints host filters. */
export const FirewallHosts = {
  /**
   * Reads `any`, `ip=` and an address, `subnet=` and a CIDR, or `vni=` and a number; in any case.
   *
   * @throws TextError `malformed_address`, `invalid_address_type`, or the fault of the value
   */
  parse: (text: string): FirewallHosts => {
    const lower = asciiLowerCase(text);
    if (lower === "any") return { kind: "any" };
    const equals = lower.indexOf("=");
    if (equals < 0)
      throw new TextError(TYPE, "malformed_address", text, 'it is neither "any" nor of the form "kind=value"');
    const value = lower.slice(equals + 1);
    switch (lower.slice(0, equals)) {
      case "ip":
        return { kind: "ip", ip: IpAddr.parse(value) };
      case "subnet":
        return { kind: "subnet", cidr: IpCidr.parse(value) };
      case "vni":
        return { kind: "vni", vni: Vni.parse(value) };
      default:
        throw new TextError(TYPE, "invalid_address_type", text, "its kind is none of ip, subnet, vni");
    }
  },

  /** Prints what {@link FirewallHosts.parse} reads. */
  format: (hosts: FirewallHosts): string => {
    switch (hosts.kind) {
      case "any":
        return "any";
      case "ip":
        return `ip=${hosts.ip.toString()}`;
      case "subnet":
        return `subnet=${hosts.cidr.toString()}`;
      case "vni":
        return `vni=${hosts.vni}`;
    }
  },

  /** The reference's own text, which cannot be read back: `ANY`, `10.0.0.1,`, `10.0.0.0/8,`, `99`. */
  toReferenceString: (hosts: FirewallHosts): string => {
    switch (hosts.kind) {
      case "any":
        return "ANY";
      case "ip":
        return `${IpAddr.toReferenceString(hosts.ip)},`;
      case "subnet":
        return `${IpCidr.toReferenceString(hosts.cidr)},`;
      case "vni":
        return String(hosts.vni);
    }
  },
} as const;
