// IP protocol numbers and their printed names (spec 01 §1.6).

/** An IP protocol number, 0 to 255. */
export type IpProtocol = number;

/** The protocols that the engine knows by name. */
export const IpProtocol = {
  Icmp: 1,
  Igmp: 2,
  Tcp: 6,
  Udp: 17,
  Icmpv6: 58,

  /** The printed name; `Unknown` for every number without one. */
  format: (protocol: IpProtocol): string => NAMES.get(protocol) ?? "Unknown",
} as const;

const NAMES: ReadonlyMap<IpProtocol, string> = new Map([
  [IpProtocol.Icmp, "ICMP"],
  [IpProtocol.Igmp, "IGMP"],
  [IpProtocol.Tcp, "TCP"],
  [IpProtocol.Udp, "UDP"],
  [IpProtocol.Icmpv6, "ICMPv6"],
]);
