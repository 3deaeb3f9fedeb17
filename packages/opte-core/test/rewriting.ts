// Transformations and frames that the tests of rewriting share.

import { Ipv6Addr, MacAddr, Vni } from "opte-api";
import { expect } from "vitest";
import type { Packet } from "../src/packet/packet.js";
import type { EtherHeader, GeneveHeader, HeaderTransform, IpHeader } from "../src/transform/header-transform.js";
import { Rewrite } from "../src/transform/rewrite.js";
import { RewriteStatus } from "../src/transform/rewrite-status.js";
import { fromHex, squeeze, toHex } from "./hairpin-frames.js";
import { guest, parsedOk } from "./parsing.js";

export const ether: EtherHeader = { dst: MacAddr.ZERO, src: MacAddr.ZERO, etherType: 0x86dd };
export const ip: IpHeader & { readonly version: 6 } = {
  version: 6,
  src: Ipv6Addr.parse("fd00::a"),
  dst: Ipv6Addr.parse("fd00::b"),
  protocol: 17,
};
export const geneve: GeneveHeader = { entropy: 0xbeef, vni: Vni.of(1234), options: [] };
/** Oxide's MSS option. */
export const mss = { class: 0x0129, type: 2, data: new Uint8Array(4) };

export const ENCAP: HeaderTransform = {
  name: "encap",
  outerEther: { kind: "push", header: ether },
  outerIp: { kind: "push", header: ip },
  outerEncap: { kind: "push", header: geneve },
};
export const DECAP: HeaderTransform = {
  name: "decap",
  outerEther: { kind: "pop" },
  outerIp: { kind: "pop" },
  outerEncap: { kind: "pop" },
};

/** Base frame A of spec 01 §15. */
export const BASE = squeeze(
  `020000000001 020000000002 0800
   4500 0028 0001 0000 40 06 0000 0a000001 0a000002
   1234 0050 00000001 00000000 5002 ffff abcd 0000`,
);

/** The frame that comes of it, and the status of `finish`. */
export function rewritten(packet: Packet, ...transforms: HeaderTransform[]): string {
  const rewrite = new Rewrite(packet);
  rewrite.begin();
  for (const transform of transforms) expect(rewrite.run(transform)).toBeUndefined();
  expect(rewrite.finish()).toBe(RewriteStatus.Done);
  return toHex(packet.frame.view());
}

export function fromBase(...transforms: HeaderTransform[]): string {
  return rewritten(parsedOk(guest(fromHex(BASE))), ...transforms);
}
