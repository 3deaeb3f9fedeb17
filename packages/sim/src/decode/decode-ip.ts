// IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers.

import type { Protocol } from "./decoded.js";
import type { FrameCursor } from "./frame-cursor.js";

const UPPER_LAYERS: ReadonlyMap<number, Protocol> = new Map([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [58, "icmpv6"],
]);

const FRAGMENT = 44;
/** Extension headers whose length stands in their second byte, in 8-byte units (spec 01 §2). */
const EXTENSIONS = new Map([
  [0, "hop-by-hop"],
  [43, "routing"],
  [60, "destination options"],
  [135, "mobility"],
  [139, "HIP"],
  [140, "shim6"],
  [253, "experiment 253"],
  [254, "experiment 254"],
]);

/** Reads an IPv4 header. */
export function decodeIpv4(cursor: FrameCursor): Protocol | undefined {
  cursor.layer("IPv4");
  const versionAndIhl = cursor.take(1);
  cursor.note("version", versionAndIhl >> 4, 1);
  cursor.note("ihl", versionAndIhl & 15, 1);
  const trafficClass = cursor.take(1);
  cursor.note("dscp", trafficClass >> 2, 1);
  cursor.note("ecn", trafficClass & 3, 1);
  cursor.number("total length", 2);
  cursor.hexNumber("id", 2);
  const fragment = cursor.take(2);
  cursor.note("flags", fragment >> 13, 2);
  cursor.note("fragment offset", fragment & 0x1fff, 2);
  cursor.number("ttl", 1);
  const protocol = cursor.number("protocol", 1);
  cursor.hexNumber("checksum", 2);
  cursor.ipv4("src");
  cursor.ipv4("dst");
  cursor.bytes("options", Math.max(0, (versionAndIhl & 15) * 4 - 20));
  return (fragment & 0x1fff) === 0 ? UPPER_LAYERS.get(protocol) : undefined;
}

/** Reads an IPv6 header and its extension headers. */
export function decodeIpv6(cursor: FrameCursor): Protocol | undefined {
  cursor.layer("IPv6");
  const word = cursor.take(4);
  cursor.note("version", word >>> 28, 4);
  cursor.note("dscp", (word >>> 22) & 63, 4);
  cursor.note("ecn", (word >>> 20) & 3, 4);
  cursor.note("flow label", `0x${(word & 0xfffff).toString(16).padStart(5, "0")}`, 4);
  cursor.number("payload length", 2);
  let next = cursor.number("next header", 1);
  cursor.number("hop limit", 1);
  cursor.ipv6("src");
  cursor.ipv6("dst");
  let isLaterFragment = false;
  for (let name = extensionName(next); name !== undefined; name = extensionName(next)) {
    cursor.layer(`IPv6 ${name}`);
    const type = next;
    next = cursor.number("next header", 1);
    if (type === FRAGMENT) {
      cursor.take(1);
      const fragment = cursor.take(2);
      cursor.note("fragment offset", fragment >> 3, 2);
      cursor.note("more fragments", fragment & 1, 2);
      cursor.hexNumber("id", 4);
      isLaterFragment ||= fragment >> 3 !== 0;
    } else {
      const length = cursor.number("length", 1);
      cursor.bytes("data", 6 + 8 * length);
    }
  }
  return isLaterFragment ? undefined : UPPER_LAYERS.get(next);
}

function extensionName(nextHeader: number): string | undefined {
  return nextHeader === FRAGMENT ? "fragment" : EXTENSIONS.get(nextHeader);
}
