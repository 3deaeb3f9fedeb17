// Ethertypes (spec 01 §1.6, §2).

/** An Ethernet type, 0 to 0xffff. */
export type EtherType = number;

/** The types that the engine knows. */
export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  /** An Ethernet frame inside a tunnel (transparent Ethernet bridging). */
  Ethernet: 0x6558,
  Ipv6: 0x86dd,

  /** Four upper-case hex digits: `86DD`. */
  format: (type: EtherType): string => type.toString(16).toUpperCase().padStart(4, "0"),
} as const;
