// Orphans in the flow tables of a layer dump: entries whose partner in the other direction is gone. The reference never
// removes an inbound orphan (spec 02 W2); ours may have removed it.

import { isArray, isObject, type Json, type JsonObject } from "./json.js";

/**
 * The recorded dump of a layer, without those orphans that `actual` does not list either.
 *
 * An entry of one direction and its partner in the other have the same {@link pairKey}. Where a key has more entries
 * in one direction than in the other, the surplus are orphans.
 */
export function dropOptionalOrphans(recorded: Json, actual: Json): Json {
  if (!isObject(recorded) || !isObject(actual)) return recorded;
  const { ft_in: inbound, ft_out: outbound } = recorded;
  if (!isArray(inbound) || !isArray(outbound)) return recorded;
  const counts = new Map<string, number>();
  for (const entry of inbound) count(counts, pairKey(entry, true), 1);
  for (const entry of outbound) count(counts, pairKey(entry, false), -1);
  return {
    ...recorded,
    ft_in: withoutSurplus(inbound, true, counts, flowKeys(actual["ft_in"])),
    ft_out: withoutSurplus(outbound, false, counts, flowKeys(actual["ft_out"])),
  };
}

/** Leaves out entries that ours lacks, as many as their pair key has too many of in this direction. */
function withoutSurplus(
  entries: readonly Json[],
  isInbound: boolean,
  counts: Map<string, number>,
  ours: ReadonlySet<string>,
): Json[] {
  const sign = isInbound ? 1 : -1;
  return entries.filter((entry) => {
    const key = pairKey(entry, isInbound);
    if ((counts.get(key) ?? 0) * sign <= 0 || ours.has(flowKey(entry))) return true;
    count(counts, key, -sign);
    return false;
  });
}

/**
 * What an entry and its partner share, seen from the guest: protocol, the remote end, and the local end too unless
 * address translation changes it (1:1 NAT the address, SNAT the port or echo id as well).
 */
function pairKey(entry: Json, isInbound: boolean): string {
  const [flow, state] = isArray(entry) ? entry : [];
  if (!isObject(flow) || !isObject(state)) return "";
  const { proto, code } = flow;
  const local = isInbound ? "dst" : "src";
  const remote = isInbound ? "src" : "dst";
  const translation = state["summary"];
  const isTranslated = translation === "NAT" || translation === "SNAT" || translation === "SNAT_ICMP_ECHO";
  const isShared = translation === "SNAT" || translation === "SNAT_ICMP_ECHO";
  return JSON.stringify([
    proto,
    flow[remote],
    flow[isInbound ? "sport" : "dport"],
    isInbound ? mirroredType(flow) : flow["type"],
    code,
    isTranslated ? translation : flow[local],
    isShared ? null : flow[isInbound ? "dport" : "sport"],
    isShared ? null : flow["id"],
  ]);
}

/** The ICMP type that the other direction of an echo has; any other type is its own mirror (spec 01 §5.1). */
function mirroredType(flow: JsonObject): Json | undefined {
  const { proto, type, code } = flow;
  if (code !== 0) return type;
  if (proto === 1) return type === 8 ? 0 : type === 0 ? 8 : type;
  if (proto === 58) return type === 128 ? 129 : type === 129 ? 128 : type;
  return type;
}

function flowKeys(entries: Json | undefined): ReadonlySet<string> {
  return new Set(isArray(entries) ? entries.map(flowKey) : []);
}

function flowKey(entry: Json): string {
  const flow = isArray(entry) ? entry[0] : undefined;
  return isObject(flow) ? JSON.stringify(Object.entries(flow).sort()) : "";
}

function count(counts: Map<string, number>, key: string, change: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change);
}
