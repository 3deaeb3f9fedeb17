// Numbers of the pcapng format (draft-ietf-opsawg-pcapng) that its reader and its writer share.

export const BlockType = {
  SectionHeader: 0x0a0d0d0a,
  InterfaceDescription: 1,
  /** Obsolete, but old files have it. */
  Packet: 2,
  SimplePacket: 3,
  EnhancedPacket: 6,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const VERSION_MAJOR = 1;

/** Bytes around the body of every block: type and length in front, length behind. */
export const BLOCK_OVERHEAD = 12;

export const Option = {
  End: 0,
  Comment: 1,
  /** Of the section: the program that wrote it. */
  UserApplication: 4,
  /** Of an interface. */
  Name: 2,
  /** Of a packet; bits 0-1 are the direction. */
  Flags: 2,
  TimestampResolution: 9,
  TimestampOffset: 14,
} as const;

/** Values of the direction bits. */
export const DirectionFlag = { Inbound: 1, Outbound: 2 } as const;

/** Length rounded up to the 32-bit boundary that every field ends on. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
