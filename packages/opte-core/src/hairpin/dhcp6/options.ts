// Options of DHCPv6 messages (RFC 8415 §21): reads them in place, and encodes those that a server sends.
//
//   0       2        4
//   | code  | length | data …
//
// IA_NA, IA_TA and IA address options hold options of their own behind their fixed part.

import { type DomainName, encodeUtf8, type Ipv6Addr, isUtf8, type MacAddr, OpteError } from "opte-api";
import { rd16, wr16, wr32 } from "../../packet/bytes.js";
import { writeIpv6Addr, writeMac } from "../headers.js";
import { Dhcp6Option, INFINITE_LIFETIME } from "./message.js";

export const DHCP6_OPTION_HEADER_LEN = 4;

/** Fixed parts in front of nested options. */
const IA_NA_LEN = 12;
const IA_TA_LEN = 4;
const IA_ADDRESS_LEN = 24;

/** Offset of the options nested in an IA_NA option. */
export const IA_NA_OPTIONS: number = DHCP6_OPTION_HEADER_LEN + IA_NA_LEN;

const MAX_DATA_LEN = 0xffff;
const STATUS_LEN = 2;
const ADDRESS_LEN = 16;

/** Deepest level of nesting that is read; options of the message itself are at level 0. */
export const MAX_NESTING = 8;

/**
 * Whether all options in `bytes[from, to)`, nested ones included, are well formed (spec 03 §7.2). A message with one malformed option
 * is not read at all.
 */
export function areDhcp6OptionsValid(bytes: Uint8Array, from: number, to: number, depth = 0): boolean {
  let at = from;
  while (at < to) {
    if (depth > MAX_NESTING || to - at < DHCP6_OPTION_HEADER_LEN) return false;
    const data = at + DHCP6_OPTION_HEADER_LEN;
    const end = data + dhcp6OptionLen(bytes, at);
    if (end > to || !isDataValid(bytes, rd16(bytes, at), data, end, depth)) return false;
    at = nextDhcp6Option(bytes, at);
  }
  return true;
}

/** Offset of the first option with `code` among the valid options in `bytes[from, to)`, or -1; nested options do not count. */
export function findDhcp6Option(bytes: Uint8Array, from: number, to: number, code: number): number {
  for (let at = from; at < to; at = nextDhcp6Option(bytes, at)) if (rd16(bytes, at) === code) return at;
  return -1;
}

/** Length of the data of the option at `at`, in bytes. */
export function dhcp6OptionLen(bytes: Uint8Array, at: number): number {
  return rd16(bytes, at + 2);
}

/** Offset behind the option at `at`. */
export function nextDhcp6Option(bytes: Uint8Array, at: number): number {
  // The reference takes what a rapid commit option holds, which should be nothing, for the next option
  const dataLen = rd16(bytes, at) === Dhcp6Option.RapidCommit ? 0 : dhcp6OptionLen(bytes, at);
  return at + DHCP6_OPTION_HEADER_LEN + dataLen;
}

/** Whether the option request option at `at` lists `code`; an absent one (-1) lists nothing. */
export function isDhcp6OptionRequested(bytes: Uint8Array, at: number, code: number): boolean {
  if (at < 0) return false;
  const data = at + DHCP6_OPTION_HEADER_LEN;
  const end = data + dhcp6OptionLen(bytes, at);
  for (let i = data; i < end; i += 2) if (rd16(bytes, i) === code) return true;
  return false;
}

/**
 * One option.
 *
 * @throws OpteError `PortCreate` if `data` is longer than an option can be.
 */
export function encodeDhcp6Option(code: number, data: ArrayLike<number>): Uint8Array {
  if (data.length > MAX_DATA_LEN) {
    const msg = `DHCPv6 option ${code} cannot hold ${data.length} bytes`;
    throw new OpteError({ kind: "PortCreate", msg });
  }
  const bytes = new Uint8Array(DHCP6_OPTION_HEADER_LEN + data.length);
  wr16(bytes, 0, code);
  wr16(bytes, 2, data.length);
  bytes.set(data, DHCP6_OPTION_HEADER_LEN);
  return bytes;
}

/** A DUID made of a link-layer address (RFC 8415 §11.4). */
export function duidFromMac(mac: MacAddr): Uint8Array {
  const bytes = new Uint8Array(10);
  wr16(bytes, 0, 3); // DUID-LL
  wr16(bytes, 2, 1); // Ethernet
  writeMac(bytes, 4, mac);
  return bytes;
}

/** Option 3 with one address for ever and the IAID left zero (RFC 8415 §21.4, §21.6). */
export function encodeIaNa(address: Ipv6Addr): Uint8Array {
  const iaAddress = new Uint8Array(IA_ADDRESS_LEN);
  writeIpv6Addr(iaAddress, 0, address);
  wr32(iaAddress, ADDRESS_LEN, INFINITE_LIFETIME);
  wr32(iaAddress, ADDRESS_LEN + 4, INFINITE_LIFETIME);
  const nested = encodeDhcp6Option(Dhcp6Option.IaAddress, iaAddress);
  const iaNa = new Uint8Array(IA_NA_LEN + nested.length);
  wr32(iaNa, 4, INFINITE_LIFETIME); // T1, T2: the client need not come back
  wr32(iaNa, 8, INFINITE_LIFETIME);
  iaNa.set(nested, IA_NA_LEN);
  return encodeDhcp6Option(Dhcp6Option.IaNa, iaNa);
}

/** Option 23 (RFC 3646 §3); sent even without a server. */
export function encodeDnsServers(servers: readonly Ipv6Addr[]): Uint8Array {
  const data = new Uint8Array(servers.length * ADDRESS_LEN);
  servers.forEach((server, i) => {
    writeIpv6Addr(data, i * ADDRESS_LEN, server);
  });
  return encodeDhcp6Option(Dhcp6Option.DnsServers, data);
}

/** Option 24, the labels of all names one behind the other (RFC 3646 §4). */
export function encodeDomainList(names: readonly DomainName[]): Uint8Array {
  return encodeDhcp6Option(
    Dhcp6Option.DomainList,
    names.flatMap((name) => [...name.encoded]),
  );
}

/** Option 39 (RFC 4704 §4): the server keeps the name's address record up to date, whatever the client would like. */
export function encodeClientFqdn(hostname: DomainName, domain: DomainName | undefined): Uint8Array {
  const serverUpdates = 0x01 | 0x02; // S and O
  const host = [...hostname.encoded];
  const name = domain === undefined ? host : [...host.slice(0, -1), ...domain.encoded];
  return encodeDhcp6Option(Dhcp6Option.ClientFqdn, [serverUpdates, ...name]);
}

/** Option 13 (RFC 8415 §21.13). */
export function encodeStatus(code: number, message: string): Uint8Array {
  return encodeDhcp6Option(Dhcp6Option.StatusCode, [code >> 8, code & 0xff, ...encodeUtf8(message)]);
}

function isDataValid(bytes: Uint8Array, code: number, data: number, end: number, depth: number): boolean {
  const length = end - data;
  switch (code) {
    case Dhcp6Option.IaNa:
      return length >= IA_NA_LEN && areDhcp6OptionsValid(bytes, data + IA_NA_LEN, end, depth + 1);
    case Dhcp6Option.IaTa:
      return length >= IA_TA_LEN && areDhcp6OptionsValid(bytes, data + IA_TA_LEN, end, depth + 1);
    case Dhcp6Option.IaAddress:
      return length >= IA_ADDRESS_LEN && areDhcp6OptionsValid(bytes, data + IA_ADDRESS_LEN, end, depth + 1);
    case Dhcp6Option.OptionRequest:
      return length % 2 === 0;
    case Dhcp6Option.ElapsedTime:
      return length === 2;
    case Dhcp6Option.StatusCode:
      return length >= STATUS_LEN && isUtf8(bytes, data + STATUS_LEN, end);
    case Dhcp6Option.DnsServers:
    case Dhcp6Option.SntpServers:
      return length % ADDRESS_LEN === 0;
    default:
      return true;
  }
}
