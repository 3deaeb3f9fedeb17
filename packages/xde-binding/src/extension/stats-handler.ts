// The command that tells all counters.

import type { ListStatsResp } from "opte-api";
import type { StatsRegistry } from "../provider/stats-registry.js";

/** The counters of every block, in ascending order of module and name. */
export function listStats(registry: StatsRegistry): ListStatsResp {
  const blocks = [...registry.snapshot()].map(([key, fields]) => {
    const colon = key.indexOf(":");
    return { module: key.slice(0, colon), name: key.slice(colon + 1), fields: Object.entries(fields) };
  });
  return { blocks: blocks.sort((a, b) => compare(a.module, b.module) || compare(a.name, b.name)) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
