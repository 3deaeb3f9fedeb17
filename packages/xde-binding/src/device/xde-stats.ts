// The statistics of the device as a whole (spec 05 §18), and those of drops that the reference does not count.

import type { ParseError } from "opte-core";

type ParseFault = "reject" | "unwanted_proto" | "truncated" | "straddled" | "illegal_val" | "bad_len";

/** Names of the counters of block `xde`, in their published order. */
export const XDE_STAT_FIELDS = [
  "in_drop_reject",
  "in_drop_unwanted_proto",
  "in_drop_truncated",
  "in_drop_straddled",
  "in_drop_illegal_val",
  "in_drop_bad_len",
  "in_drop_bad_tun_opt",
  "in_drop_misc",
  "out_drop_reject",
  "out_drop_unwanted_proto",
  "out_drop_truncated",
  "out_drop_straddled",
  "out_drop_illegal_val",
  "out_drop_bad_len",
  "out_drop_misc",
  "mcast_tx_local",
  "mcast_tx_underlay",
  "mcast_tx_external",
  "mcast_tx_stale_local",
  "mcast_tx_no_fwd_entry",
  "mcast_rx_local",
  "mcast_rx_stale_local",
  "mcast_rx_no_subscribers",
  "mcast_tx_pullup_fail",
  "mcast_rx_pullup_fail",
  "mcast_rx_bad_inner_dst",
  "mcast_tx_source_filtered",
  "mcast_rx_source_filtered",
  "mcast_tx_fwd_source_filtered",
] as const;

/** A counter of block `xde`. Those of stale subscriptions and of failed pull-ups stay 0: neither can happen here. */
export type XdeStat = (typeof XDE_STAT_FIELDS)[number];

/** Names of the counters of block `xde_drops`, in their published order. They are ours: the reference drops these silently. */
export const XDE_DROP_FIELDS = [
  "tx_no_encap",
  "tx_no_local_port",
  "tx_no_next_hop",
  "tx_too_long",
  "local_dropped",
  "rx_no_port",
  "rx_mcast_unwanted",
  "rx_dropped",
  "rx_bad_checksum",
] as const;

/**
 * Why the device lost or gave back a frame:
 *
 * - `tx_no_encap`: a port let it pass without an encapsulation
 * - `tx_no_local_port`: it is for a guest of this sled that is not there
 * - `tx_no_next_hop`: there is no route, or nobody knows the next hop's MAC address
 * - `tx_too_long`: it is longer than the link carries
 * - `local_dropped`: the port of the guest on this sled that it is for refused it
 * - `rx_no_port`: no port is meant; it was handed back
 * - `rx_mcast_unwanted`: multicast, but no guest of the sled subscribes to anything
 * - `rx_dropped`: the port that it is for refused it
 * - `rx_bad_checksum`: a large TCP packet that was to be cut into segments had a wrong checksum
 */
export type XdeDrop = (typeof XDE_DROP_FIELDS)[number];

/** The counter of a frame from the underlay that cannot be parsed. */
export function inParseStat(error: ParseError): XdeStat {
  return error.kind === "unrecognised_tunnel_opt" ? "in_drop_bad_tun_opt" : `in_drop_${faultOf(error)}`;
}

/** The counter of a guest's frame that cannot be parsed. */
export function outParseStat(error: ParseError): XdeStat {
  return error.kind === "unrecognised_tunnel_opt" ? "out_drop_misc" : `out_drop_${faultOf(error)}`;
}

function faultOf({ kind, fault }: ParseError): ParseFault {
  if (kind === "illegal_value") return "illegal_val";
  if (kind === "bad_length") return "bad_len";
  switch (fault) {
    case "TooSmall":
      return "truncated";
    case "Unwanted":
      return "unwanted_proto";
    case "Reject":
      return "reject";
  }
}
