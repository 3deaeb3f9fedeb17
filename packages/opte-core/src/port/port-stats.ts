// Counters of a port (spec 02 §12).

import type { Direction } from "opte-api";
import { count } from "../layer/layer-stats.js";
import type { StatBlock } from "../provider/stats.js";
import { DropReason, Verdict } from "../verdict.js";
import type { ProcessResult } from "./process-result.js";

const PER_DIRECTION = [
  "drop",
  "drop_handle_pkt",
  "drop_layer",
  "drop_tcp_err",
  "hairpin",
  "modified",
  "process_err",
  "uft_hit",
  "uft_miss",
  "uft_flows",
  "uft_capacity",
  "uft_evictions",
] as const;

/** Names of a port's counters, in their published order. */
export const PORT_STAT_FIELDS: readonly string[] = [
  ...PER_DIRECTION.map((field) => `in_${field}`),
  ...PER_DIRECTION.map((field) => `out_${field}`),
  "tcp_flows",
  "tcp_capacity",
  "tcp_evictions",
];

/** Offsets of the counters; those per direction are relative to {@link directionStats}. */
export const PortStat = {
  Drop: 0,
  DropHandlePacket: 1,
  DropLayer: 2,
  DropTcpError: 3,
  Hairpin: 4,
  Modified: 5,
  ProcessError: 6,
  UftHit: 7,
  UftMiss: 8,
  UftFlows: 9,
  UftCapacity: 10,
  UftEvictions: 11,
  TcpFlows: 24,
  TcpCapacity: 25,
  TcpEvictions: 26,
} as const;

/** Offset of a direction's counters. */
export function directionStats(dir: Direction): number {
  return dir === "in" ? 0 : PER_DIRECTION.length;
}

/** A fresh block of counters for a port. */
export function portStats(port: string, uftCapacity: number, tcpCapacity: number): StatBlock {
  const values = new Float64Array(PORT_STAT_FIELDS.length);
  values[directionStats("in") + PortStat.UftCapacity] = uftCapacity;
  values[directionStats("out") + PortStat.UftCapacity] = uftCapacity;
  values[PortStat.TcpCapacity] = tcpCapacity;
  return { module: "xde", name: port, fields: PORT_STAT_FIELDS, values };
}

/** Counts what a packet came to. */
export function countVerdict(stats: Float64Array, dir: Direction, { verdict, reason, path }: ProcessResult): void {
  const base = directionStats(dir);
  switch (verdict) {
    case Verdict.Modified:
      count(stats, base + PortStat.Modified);
      break;
    case Verdict.Hairpin:
      count(stats, base + PortStat.Hairpin);
      break;
    case Verdict.Drop:
      count(stats, base + PortStat.Drop);
      count(stats, base + dropStat(reason));
      break;
    default:
      // A failing recorded list is not counted, as in the reference (spec 02 §20 W15).
      if (path !== 2) count(stats, base + PortStat.ProcessError);
  }
}

function dropStat(reason: DropReason): number {
  if (reason === DropReason.TcpError) return PortStat.DropTcpError;
  return reason === DropReason.HandlePacket ? PortStat.DropHandlePacket : PortStat.DropLayer;
}
