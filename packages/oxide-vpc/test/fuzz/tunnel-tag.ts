// The VNI that the firewall hears of a packet from the underlay (spec 04 §9.6), read from its bytes.

import type { Frame } from "opte-core";

const UDP = 17;
const OXIDE = 0x0129;

/** Data that an option of Oxide's needs, by type: external, multicast, MSS. */
const DATA_LEN = [0, 4, 4];

/** The outer VNI, unless the packet says that it comes from outside of the rack. The frame is a valid tunnel, not yet opened. */
export function taggedVni({ bytes, start }: Frame): number | undefined {
  const u8 = (at: number): number => bytes[at] ?? 0;
  let next = u8(start + 20);
  let at = start + 54;
  while (next !== UDP) {
    next = u8(at);
    at += 8 + 8 * u8(at + 1);
  }
  const geneve = at + 8;
  const end = geneve + 8 + 4 * (u8(geneve) & 0x3f);
  for (let option = geneve + 8; option < end;) {
    const length = 4 * (u8(option + 3) & 0x1f);
    const type = u8(option + 2);
    if (u8(option) * 256 + u8(option + 1) === OXIDE) {
      // What comes behind an option that cannot be read is not believed
      if (length < (DATA_LEN[type] ?? 0)) break;
      if (type === 0) return undefined;
    }
    option += 4 + length;
  }
  return (u8(geneve + 4) << 16) | (u8(geneve + 5) << 8) | u8(geneve + 6);
}
