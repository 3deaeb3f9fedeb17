// Rewrites of one address of a packet's inner IP header, for either family.

import type { IpAddr } from "opte-api";
import type { IpFields } from "../transform/header-transform.js";

/** Sets the source or the destination to `address`. */
export function rewriteOf(end: "src" | "dst", address: IpAddr): IpFields {
  if (address.family === 4) {
    return end === "src" ? { version: 4, src: address } : { version: 4, dst: address };
  }
  return end === "src" ? { version: 6, src: address } : { version: 6, dst: address };
}
