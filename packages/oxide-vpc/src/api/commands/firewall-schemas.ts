// Schemas of firewall rules (spec 05 §4).

import { IpProtocol } from "opte-api";
import {
  choice,
  converted,
  direction,
  ipAddr,
  ipCidr,
  list,
  option,
  type Schema,
  struct,
  u16,
  u8,
  variants,
  vni,
} from "opte-api/codec";
import type { FirewallAction } from "../firewall-action.js";
import type { FirewallHosts } from "../firewall-hosts.js";
import type { FirewallPorts } from "../firewall-ports.js";
import type { FirewallProtocol, IcmpFilter } from "../firewall-protocol.js";
import type { FirewallFilters, FirewallRule } from "../firewall-rule.js";

/** On the wire, protocols with a name have a number of their own. */
type WireProtocol =
  | { readonly kind: "ICMP" | "IGMP" | "TCP" | "UDP" | "ICMPv6" }
  | { readonly kind: "Unknown"; readonly protocol: IpProtocol };

const NAMED: readonly (readonly [Exclude<WireProtocol["kind"], "Unknown">, IpProtocol])[] = [
  ["ICMP", IpProtocol.Icmp],
  ["IGMP", IpProtocol.Igmp],
  ["TCP", IpProtocol.Tcp],
  ["UDP", IpProtocol.Udp],
  ["ICMPv6", IpProtocol.Icmpv6],
];

const ipProtocol: Schema<IpProtocol> = converted<IpProtocol, WireProtocol>(
  variants<WireProtocol>({ ICMP: {}, IGMP: {}, TCP: {}, UDP: {}, ICMPv6: {}, Unknown: { protocol: u8 } }),
  (protocol) => {
    const [kind] = NAMED.find(([, number]) => number === protocol) ?? [];
    return kind === undefined ? { kind: "Unknown", protocol } : { kind };
  },
  (wire) => (wire.kind === "Unknown" ? wire.protocol : protocolNamed(wire.kind)),
);

const hosts: Schema<FirewallHosts> = variants<FirewallHosts>({
  any: {},
  subnet: { cidr: ipCidr },
  ip: { ip: ipAddr },
  vni: { vni },
});

const icmpFilter: Schema<IcmpFilter> = struct<IcmpFilter>({ ty: u8, codes: option(codeRange()) });

const protocol: Schema<FirewallProtocol> = variants<FirewallProtocol>({
  any: {},
  arp: {},
  tcp: {},
  udp: {},
  icmp: { filter: option(icmpFilter) },
  icmpv6: { filter: option(icmpFilter) },
  other: { protocol: ipProtocol },
});

const ports: Schema<FirewallPorts> = variants<FirewallPorts>({ any: {}, portList: { ports: list(u16) } });

/** A rule of a port's firewall. */
export const firewallRule: Schema<FirewallRule> = struct<FirewallRule>({
  direction,
  filters: struct<FirewallFilters>({ hosts, protocol, ports }),
  action: choice<FirewallAction>(["allow", "deny"]),
  priority: u16,
});

function codeRange(): Schema<{ readonly first: number; readonly last: number }> {
  return converted(
    struct<{ readonly start: number; readonly end: number }>({ start: u8, end: u8 }),
    ({ first, last }) => ({ start: first, end: last }),
    ({ start, end }) => {
      if (start > end) throw new RangeError(`its first code ${start} is above its last one ${end}`);
      return { first: start, last: end };
    },
  );
}

function protocolNamed(kind: Exclude<WireProtocol["kind"], "Unknown">): IpProtocol {
  const [, number] = NAMED.find(([name]) => name === kind) ?? [];
  if (number === undefined) throw new RangeError(`${kind} has no protocol number`);
  return number;
}
