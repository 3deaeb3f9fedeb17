// The device's statistics blocks as metrics.

import { guestBlockName } from "../guest/guest-socket.js";
import type { StatsRegistry } from "../../provider/stats-registry.js";
import type { Metric, Sample } from "./prometheus-text.js";

/** Values that can fall; all others only grow. */
const GAUGES: ReadonlySet<string> = new Set([
  "uft_flows",
  "uft_capacity",
  "tcp_flows",
  "tcp_capacity",
  "rules",
  "lft_capacity",
  "flows",
  "flow_ttl",
  "capacity",
  "occupancy",
]);

const ROUTE_CACHE = "route_cache";

/** What a block counts, and for what. */
interface BlockSubject {
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A metric for each field of each kind of block: `opte_port_…{port}`, `opte_layer_…{port,layer}`, `opte_route_cache_…{port}`,
 * `opte_guest_…{port}`, and `opte_<block>_…` for blocks of the device itself. A field's `in_` or `out_` becomes the label `direction`.
 *
 * @param ports names of the ports, by which their blocks are known, each with the names of its layers
 */
export function deviceMetrics(
  registry: StatsRegistry,
  ports: ReadonlyMap<string, readonly string[]>,
): readonly Metric[] {
  const subjects = subjectsOf(ports);
  const metrics = new Map<string, Metric & { readonly samples: Sample[] }>();
  for (const [key, fields] of registry.snapshot()) {
    const block = key.slice(key.indexOf(":") + 1);
    const { prefix, labels } = subjects.get(block) ?? { prefix: `opte_${block.replace(/\W/g, "_")}`, labels: {} };
    for (const [field, value] of Object.entries(fields)) {
      const [, direction, counted = field] = /^(in|out)_(.+)$/.exec(field) ?? [];
      const type = GAUGES.has(counted) ? "gauge" : "counter";
      const name = `${prefix}_${counted}${type === "counter" ? "_total" : ""}`;
      const metric = metrics.get(name) ?? { name, help: `Statistic "${counted}" of ${prefix}`, type, samples: [] };
      metric.samples.push({ labels: direction === undefined ? labels : { ...labels, direction }, value });
      metrics.set(name, metric);
    }
  }
  return [...metrics.values()];
}

function subjectsOf(ports: ReadonlyMap<string, readonly string[]>): Map<string, BlockSubject> {
  const subjects = new Map<string, BlockSubject>();
  for (const [port, layers] of ports) {
    subjects.set(guestBlockName(port), { prefix: "opte_guest", labels: { port } });
    subjects.set(`${port}_${ROUTE_CACHE}`, { prefix: `opte_${ROUTE_CACHE}`, labels: { port } });
    for (const layer of layers) subjects.set(`${port}_${layer}`, { prefix: "opte_layer", labels: { port, layer } });
  }
  // Last, because a port may be called like another one's layer.
  for (const port of ports.keys()) subjects.set(port, { prefix: "opte_port", labels: { port } });
  return subjects;
}
