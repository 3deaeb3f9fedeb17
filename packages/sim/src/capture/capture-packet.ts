// What a capture file holds: packets, and the interfaces they were captured on.

/** Where packets were captured. */
export interface CaptureInterface {
  /** LINKTYPE_ number of what its packets begin with. */
  readonly linkType: number;
  readonly name?: string;
}

/** One captured packet. */
export interface CapturePacket {
  /** Index of the interface among all of the file, counted on across the sections of a pcapng file. */
  readonly interfaceIndex: number;
  readonly interface: CaptureInterface;
  /** Nanoseconds since 1970-01-01 UTC; 0 in a simple packet block, which has no time. */
  readonly timestampNs: bigint;
  /** Length on the wire in bytes; more than `bytes.length` if the capture cut the packet. */
  readonly originalLength: number;
  /** The captured bytes: a view of the file. */
  readonly bytes: Uint8Array;
  /** Which way it passed the interface, if recorded. */
  readonly direction?: "inbound" | "outbound";
  /** Comments of the packet, a line each. */
  readonly comment?: string;
  /** Offset in the file, in bytes, of its block or record. */
  readonly offset: number;
}
