// Where a route sends its packets, and the text form of that (spec 04 §5.1).

import { IpAddr, IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";
import { Uuid } from "./uuid.js";

const TYPE = "router target";

/** Where a route sends its packets. */
export type RouterTarget =
  | { readonly kind: "drop" }
  /** Out of the VPC; with a UUID, only through external addresses that belong to that gateway. */
  | { readonly kind: "internetGateway"; readonly uuid?: Uuid }
  /** To the guest that owns this address, whatever the packet's destination. */
  | { readonly kind: "ip"; readonly ip: IpAddr }
  /** To the owner of the packet's destination, which is inside of the VPC. */
  | { readonly kind: "vpcSubnet"; readonly cidr: IpCidr };

/** Reads and prints router targets. */
export const RouterTarget = {
  /**
   * Reads `drop`, `ig`, `ig=UUID`, `ip4=`, `ip6=` with an address, or `sub4=`, `sub6=` with a CIDR; in any case.
   *
   * @throws TextError `malformed_target`, `bad_uuid`, `bad_ip` of an IPv4 address, else the fault of the address or CIDR
   */
  parse: (text: string): RouterTarget => {
    const lower = asciiLowerCase(text);
    if (lower === "drop") return { kind: "drop" };
    if (lower === "ig") return { kind: "internetGateway" };
    const equals = lower.indexOf("=");
    const value = lower.slice(equals + 1);
    switch (lower.slice(0, Math.max(equals, 0))) {
      case "ig":
        return { kind: "internetGateway", uuid: Uuid.parse(value) };
      case "ip4":
        return { kind: "ip", ip: parseIpv4(text, value) };
      case "ip6":
        return { kind: "ip", ip: Ipv6Addr.parse(value) };
      case "sub4":
        return { kind: "vpcSubnet", cidr: Ipv4Cidr.parse(value) };
      case "sub6":
        return { kind: "vpcSubnet", cidr: Ipv6Cidr.parse(value) };
      default: {
        const reason = "it is none of drop, ig, ig=UUID, ip4=IP, ip6=IP, sub4=CIDR, sub6=CIDR";
        throw new TextError(TYPE, "malformed_target", text, reason);
      }
    }
  },

  /** Prints what {@link RouterTarget.parse} reads; `Drop` alone is capitalised. */
  format: (target: RouterTarget): string => {
    switch (target.kind) {
      case "drop":
        return "Drop";
      case "internetGateway":
        return target.uuid === undefined ? "ig" : `ig=${target.uuid}`;
      case "ip":
        return `ip${target.ip.family}=${target.ip.toString()}`;
      case "vpcSubnet":
        return `sub${target.cidr.family}=${target.cidr.toString()}`;
    }
  },

  equals: (a: RouterTarget, b: RouterTarget): boolean => {
    switch (a.kind) {
      case "drop":
        return b.kind === "drop";
      case "internetGateway":
        return b.kind === "internetGateway" && a.uuid === b.uuid;
      case "ip":
        return b.kind === "ip" && IpAddr.equals(a.ip, b.ip);
      case "vpcSubnet":
        return b.kind === "vpcSubnet" && IpCidr.equals(a.cidr, b.cidr);
    }
  },
} as const;

function parseIpv4(text: string, value: string): Ipv4Addr {
  try {
    return Ipv4Addr.parse(value);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new TextError(TYPE, "bad_ip", text, "its address is wrong", error);
  }
}
