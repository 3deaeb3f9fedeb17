// Frames for tests of parsing and rewriting, put together from their parts by plain byte pushing, independently of the code under test.

/** What a guest's frame is made from. */
export interface InnerSpec {
  readonly version: 4 | 6;
  /** 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6. */
  readonly proto: number;
  /** 4 or 16 bytes. */
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** Ports of TCP and UDP; of ICMP type and code in the first, the identifier in the second. */
  readonly info: readonly [number, number];
  readonly tcpFlags: number;
  /** Extra words of IPv4 options, up to 10. */
  readonly ipOptions: number;
  /** IPv6 extension headers in front of the upper layer: kind, and extra units of 8 bytes. */
  readonly extensions: readonly (readonly [kind: number, units: number])[];
  /** Extra words of TCP options, up to 10. */
  readonly tcpOptions: number;
  readonly body: Uint8Array;
  /** Bytes behind the IP packet. */
  readonly padding: number;
  /** Added to the upper-layer checksum; a multiple of ffff leaves it right. */
  readonly checksumError: number;
  /** UDP without a checksum. */
  readonly noChecksum: boolean;
}

/** What a tunnel's headers are made from. */
export interface OuterSpec {
  readonly extensions: readonly (readonly [kind: number, units: number])[];
  readonly dscpEcn: number;
  readonly entropy: number;
  readonly vni: number;
  readonly flags: number;
  readonly options: readonly { readonly class: number; readonly type: number; readonly words: number }[];
}

/** One's-complement sum of 16-bit words, folded. */
export function onesSum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) sum += i % 2 === 0 ? (part[i] ?? 0) * 256 : (part[i] ?? 0);
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}

/** Builds a guest's frame whose lengths and checksums are right, but for what the spec says. */
export function innerFrame(spec: InnerSpec): Uint8Array {
  const upper = withChecksum(spec, upperLayer(spec));
  const network = spec.version === 4 ? ipv4Header(spec, upper.length) : ipv6Header(spec, upper.length);
  const etherType = spec.version === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  return Uint8Array.of(
    ...[0xa8, 0x40, 0x25, 0xff, 0x77, 0x77, 0xa8, 0x40, 0x25, 0xfa, 0xfa, 0x37],
    ...etherType,
    ...network,
    ...upper,
    ...Array.from({ length: spec.padding }, (_, i) => i + 1),
  );
}

/** Puts a frame into Geneve over UDP over IPv6. */
export function tunnelFrame(outer: OuterSpec, inner: Uint8Array): Uint8Array {
  const options = outer.options.flatMap((option) => [
    ...u16(option.class),
    option.type,
    option.words,
    ...Array.from({ length: 4 * option.words }, (_, i) => 0x30 + i),
  ]);
  const geneve = [
    options.length / 4,
    outer.flags,
    0x65,
    0x58,
    ...u16(outer.vni >>> 8),
    outer.vni & 0xff,
    0x5a,
    ...options,
  ];
  const udp = [...u16(outer.entropy), ...u16(6081), ...u16(8 + geneve.length + inner.length), 0xbe, 0xef];
  const chain = extensionChain(outer.extensions, 17);
  const payloadLen = chain.bytes.length + udp.length + geneve.length + inner.length;
  return Uint8Array.of(
    ...[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0x86, 0xdd],
    ...[0x60 | (outer.dscpEcn >>> 4), (outer.dscpEcn & 0xf) << 4, 0x12, 0x34, ...u16(payloadLen), chain.first, 0x3f],
    ...Array.from({ length: 32 }, (_, i) => 0xf0 ^ i),
    ...chain.bytes,
    ...udp,
    ...geneve,
    ...inner,
  );
}

/** The pseudo-header that the upper-layer checksum covers, empty for ICMP over IPv4's own. */
export function pseudoHeader(proto: number, src: Uint8Array, dst: Uint8Array, length: number): Uint8Array {
  if (proto === 1) return new Uint8Array(0);
  return Uint8Array.of(...src, ...dst, ...u16(length >>> 16), ...u16(length & 0xffff), 0, proto);
}

function upperLayer({ proto, info: [a, b], tcpFlags, tcpOptions, body }: InnerSpec): Uint8Array {
  switch (proto) {
    case 6:
      return Uint8Array.of(
        ...u16(a),
        ...u16(b),
        ...[1, 2, 3, 4, 5, 6, 7, 8, (5 + tcpOptions) << 4, tcpFlags, 0xff, 0xff, 0, 0, 0, 0],
        ...Array.from({ length: 4 * tcpOptions }, (_, i) => i + 1),
        ...body,
      );
    case 17:
      return Uint8Array.of(...u16(a), ...u16(b), ...u16(8 + body.length), 0, 0, ...body);
    default:
      return Uint8Array.of(...u16(a), 0, 0, ...u16(b), 0, 9, ...body);
  }
}

function withChecksum(spec: InnerSpec, upper: Uint8Array): Uint8Array {
  const at = spec.proto === 6 ? 16 : spec.proto === 17 ? 6 : 2;
  if (spec.noChecksum && spec.proto === 17) return upper;
  const right = 0xffff - onesSum(pseudoHeader(spec.proto, spec.src, spec.dst, upper.length), upper);
  const checksum = (right + spec.checksumError) % 0xffff;
  // Of the two zeros UDP takes ffff; for the others a wrong checksum may be either.
  const isOtherZero = checksum === 0 && (spec.proto === 17 || spec.checksumError % 2 === 1);
  upper.set(u16(isOtherZero ? 0xffff : checksum), at);
  return upper;
}

function ipv4Header(spec: InnerSpec, upperLen: number): Uint8Array {
  const length = 20 + 4 * spec.ipOptions;
  const header = Uint8Array.of(
    0x40 | (length / 4),
    0,
    ...u16(length + upperLen),
    ...[0x12, 0x34, 0x40, 0, 64, spec.proto, 0, 0],
    ...spec.src,
    ...spec.dst,
    ...Array.from({ length: 4 * spec.ipOptions }, (_, i) => 0x80 + i),
  );
  header.set(u16(0xffff - onesSum(header)), 10);
  return header;
}

function ipv6Header(spec: InnerSpec, upperLen: number): Uint8Array {
  const chain = extensionChain(spec.extensions, spec.proto);
  return Uint8Array.of(
    ...[0x60, 0, 0, 0, ...u16(chain.bytes.length + upperLen), chain.first, 64],
    ...spec.src,
    ...spec.dst,
    ...chain.bytes,
  );
}

function extensionChain(
  extensions: readonly (readonly [kind: number, units: number])[],
  proto: number,
): { readonly first: number; readonly bytes: readonly number[] } {
  const kinds = [...extensions.map(([kind]) => kind), proto];
  const bytes = extensions.flatMap(([kind, extra], i) => {
    const units = kind === 44 ? 0 : extra;
    return [kinds[i + 1] ?? proto, units, ...Array.from({ length: 6 + 8 * units }, () => 0)];
  });
  return { first: kinds[0] ?? proto, bytes };
}

function u16(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}
