// Schemas of addresses, prefixes and the other value types of this package (spec 05 §3).

import type { Direction } from "../direction.js";
import { DomainName } from "../domain-name.js";
import { IpAddr } from "../ip-addr.js";
import { IpCidr } from "../ip-cidr.js";
import { Ipv4Addr } from "../ipv4-addr.js";
import { Ipv4Cidr } from "../ipv4-cidr.js";
import { Ipv6Addr } from "../ipv6-addr.js";
import { Ipv6Cidr } from "../ipv6-cidr.js";
import { MacAddr } from "../mac-addr.js";
import { MulticastUnderlay } from "../multicast-underlay.js";
import { PortRange } from "../port-range.js";
import { TcpState } from "../tcp-state.js";
import { TextError } from "../text-error.js";
import { Vni } from "../vni.js";
import { choice, struct } from "./composites.js";
import { converted, textual } from "./conversions.js";
import { blob, fixed, string, u16, u24, u8 } from "./primitives.js";
import type { Schema, TextForm } from "./schema.js";

/** Forms of an address or prefix; their places are their tags. */
const FAMILIES = ["ip4", "ip6"];

export const macAddr: Schema<MacAddr> = textual(bytesOf(6, MacAddr), textOf(MacAddr));
export const ipv4Addr: Schema<Ipv4Addr> = textual(bytesOf(4, Ipv4Addr), textOf(Ipv4Addr));
export const ipv6Addr: Schema<Ipv6Addr> = textual(bytesOf(16, Ipv6Addr), textOf(Ipv6Addr));

/** An address in ff04::/16. */
export const multicastUnderlay: Schema<MulticastUnderlay> = textual(
  bytesOf(16, MulticastUnderlay),
  textOf(MulticastUnderlay),
);

/** An address with a tag for its family. */
export const ipAddr: Schema<IpAddr> = textual(
  {
    write: (writer, ip) => {
      if (ip.family === 4)
        writer.variant("ip4", 0, () => {
          ipv4Addr.write(writer, ip);
        });
      else
        writer.variant("ip6", 1, () => {
          ipv6Addr.write(writer, ip);
        });
    },
    read: (reader) =>
      reader.variant(FAMILIES, (index) => (index === 0 ? ipv4Addr.read(reader) : ipv6Addr.read(reader))),
  },
  textOf(IpAddr),
);

/** A prefix; host bits are cleared, and its length must suit the family. */
export const ipv4Cidr: Schema<Ipv4Cidr> = textual(
  cidr(ipv4Addr, (ip, prefixLen) => new Ipv4Cidr(ip, prefixLen)),
  textOf(Ipv4Cidr),
);

/** As {@link ipv4Cidr}. */
export const ipv6Cidr: Schema<Ipv6Cidr> = textual(
  cidr(ipv6Addr, (ip, prefixLen) => new Ipv6Cidr(ip, prefixLen)),
  textOf(Ipv6Cidr),
);

/** A prefix with a tag for its family. */
export const ipCidr: Schema<IpCidr> = textual(
  {
    write: (writer, prefix) => {
      if (prefix.family === 4)
        writer.variant("ip4", 0, () => {
          ipv4Cidr.write(writer, prefix);
        });
      else
        writer.variant("ip6", 1, () => {
          ipv6Cidr.write(writer, prefix);
        });
    },
    read: (reader) =>
      reader.variant(FAMILIES, (index) => (index === 0 ? ipv4Cidr.read(reader) : ipv6Cidr.read(reader))),
  },
  textOf(IpCidr),
);

/** A network's number. */
export const vni: Schema<Vni> = converted<Vni, number>(
  u24,
  (value) => value,
  (value) => Vni.of(value),
);

export const direction: Schema<Direction> = choice<Direction>(["in", "out"]);

export const tcpState: Schema<TcpState> = choice<TcpState>(TcpState.ALL);

/** First and last port. */
export const portRange: Schema<PortRange> = converted<PortRange, { readonly start: number; readonly end: number }>(
  struct({ start: u16, end: u16 }),
  ({ first, last }) => ({ start: first, end: last }),
  ({ start, end }) => new PortRange(start, end),
);

/** A name as text and as labels, which must say the same. */
export const domainName: Schema<DomainName> = textual(
  converted<DomainName, WireName>(
    struct<WireName>({ name: string, encoded: blob }),
    (name) => ({ name: name.text, encoded: name.encoded }),
    domainNameOf,
  ),
  { format: domainText, parse: (text) => DomainName.parse(text) },
);

interface WireCidr<Ip> {
  readonly ip: Ip;
  readonly prefixLen: number;
}

interface WireName {
  readonly name: string;
  readonly encoded: Uint8Array;
}

function cidr<Ip, Cidr extends { readonly network: Ip; readonly prefixLen: number }>(
  address: Schema<Ip>,
  make: (ip: Ip, prefixLen: number) => Cidr,
): Schema<Cidr> {
  return converted<Cidr, WireCidr<Ip>>(
    struct<WireCidr<Ip>>({ ip: address, prefixLen: u8 }),
    ({ network, prefixLen }) => ({ ip: network, prefixLen }),
    ({ ip, prefixLen }) => make(ip, prefixLen),
  );
}

function bytesOf<T extends { readonly bytes: Uint8Array }>(
  length: number,
  type: { readonly fromBytes: (bytes: Uint8Array) => T },
): Schema<T> {
  return converted(
    fixed(length),
    (value: T) => value.bytes,
    (bytes) => type.fromBytes(bytes),
  );
}

function textOf<T extends { toString(): string }>(type: { readonly parse: (text: string) => T }): TextForm<T> {
  return { format: (value) => value.toString(), parse: (text) => type.parse(text) };
}

/** The name with this text and these labels, whether it was read from text or from labels in the first place. */
function domainNameOf({ name, encoded }: WireName): DomainName {
  const readers = [() => DomainName.parse(name), () => DomainName.fromBytes(encoded)];
  for (const read of readers) {
    const candidate = attempt(read);
    if (candidate?.text === name && isSame(candidate.encoded, encoded)) return candidate;
  }
  throw new RangeError("its text and its encoding are not those of one domain name");
}

/** The text of a name. Labels that no text stands for, such as one with a dot in it, have none. */
function domainText(name: DomainName): string {
  if (attempt(() => DomainName.parse(name.text))?.equals(name) !== true)
    throw new RangeError("its text does not stand for its labels");
  return name.text;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TextError) return undefined;
    throw error;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
