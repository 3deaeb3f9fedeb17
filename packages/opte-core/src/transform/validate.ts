// Checks of headers to push (spec 01 §6.2): made once, when a transformation is put together, never for each packet.

import { Errno, OpteError } from "opte-api";
import { MAX_GENEVE_OPTION_DATA, MAX_GENEVE_OPTIONS } from "../packet/geneve.js";
import type { GeneveHeader, HeaderTransform, IpHeader, Ipv6Extension } from "./header-transform.js";
import { extensionLen, geneveOptionLen, IPV6_LEN, PAD1 } from "./pushed-header.js";

/** Most bytes of data of an option in an IPv6 extension header: its length is one byte. */
const MAX_IPV6_OPTION_DATA = 255;
/** Most bytes of an extension header of options: 8 and 255 times 8. */
const MAX_EXTENSION = 2048;
/** Most bytes of an IPv6 header with its extension headers. */
const MAX_IPV6_HEADER = 0xffff;

/**
 * Checks the headers that a transformation pushes.
 *
 * @throws OpteError kind `System` with EINVAL, its message naming the place: `geneve.options[1].data`, `ipv6.exts`
 */
export function validateTransform(transform: HeaderTransform): void {
  if (transform.outerIp?.kind === "push") validateIp(transform.outerIp.header);
  if (transform.outerEncap?.kind === "push") validateGeneve(transform.outerEncap.header);
}

function validateGeneve({ options }: GeneveHeader): void {
  let total = 0;
  for (const [i, option] of options.entries()) {
    const place = `geneve.options[${i}]`;
    checkLimit(`${place}.data`, option.data.length, MAX_GENEVE_OPTION_DATA);
    total += geneveOptionLen(option);
    checkLimit(place, total, MAX_GENEVE_OPTIONS);
  }
}

function validateIp(header: IpHeader): void {
  if (header.version === 4) return;
  let total = IPV6_LEN;
  for (const [i, extension] of (header.extensions ?? []).entries()) {
    validateExtension(extension);
    if (extension.kind === "hopByHop" && i > 0) throw invalid("ipv6.exts", "a hop-by-hop header must be the first one");
    total += extensionLen(extension);
    checkLimit(`ipv6.exts[${i}]`, total, MAX_IPV6_HEADER);
  }
}

function validateExtension(extension: Ipv6Extension): void {
  const place = extension.kind === "hopByHop" ? "hop_by_hop_opts" : "destination_opts";
  for (const { type, data } of extension.options) {
    checkLimit(`${place}.data`, data.length, type === PAD1 ? 0 : MAX_IPV6_OPTION_DATA);
  }
  checkLimit(place, extensionLen(extension), MAX_EXTENSION);
}

function checkLimit(place: string, length: number, limit: number): void {
  if (length > limit) throw invalid(place, `${length} bytes exceed the limit of ${limit}`);
}

function invalid(place: string, fault: string): OpteError {
  return new OpteError({ kind: "System", errno: Errno.EINVAL, msg: `${place}: ${fault}` });
}
