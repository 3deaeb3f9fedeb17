// The whole state of either port in one plain form, to be compared.

import type { Direction } from "opte-api";
import { flowIdText } from "../../src/flow/flow-id.js";
import { TCP_STATE_NAMES } from "../../src/flow/tcp-matrix.js";
import type { FlowEntries, RuleDump } from "../../src/port/dump.js";
import { PORT_STAT_FIELDS } from "../../src/port/port-stats.js";
import { LAYER_STAT_FIELDS } from "../../src/layer/layer-stats.js";
import type { EnginePort } from "./engine-port.js";
import type { Counters, ModelLayer } from "./model-layer.js";
import type { ModelPair } from "./model-pair.js";
import type { ModelPort } from "./model-port.js";
import type { ModelRules } from "./model-rules.js";
import type { ModelTable, TableEntry } from "./model-table.js";
import type { TcpEntry } from "./model-tcp.js";

type Entries = readonly (readonly [flow: string, hits: number, summary: string])[];

/** Sizes of the engine's own pools, which no dump shows. */
export interface HiddenSizes {
  readonly pairs: number;
  readonly templates: number;
}

export interface Snapshot {
  readonly state: string;
  readonly epoch: number;
  readonly uft: Readonly<Record<Direction, Entries>> | undefined;
  readonly tcp: readonly (readonly unknown[])[] | undefined;
  readonly layers: readonly unknown[];
  readonly counters: readonly number[];
  readonly freePorts: readonly (number | undefined)[];
  readonly hidden: HiddenSizes;
}

export function snapshotOfEngine({ port, pools, guest }: EnginePort, hidden: HiddenSizes): Snapshot {
  // A port that is ready has nothing to dump.
  const isReady = port.state === "ready";
  const uft = isReady ? undefined : port.dumpUft();
  const counters = port.stats();
  return {
    state: port.state,
    epoch: port.epoch,
    uft: uft && { in: entriesOf(uft.inFlows), out: entriesOf(uft.outFlows) },
    tcp: isReady
      ? undefined
      : port
          .dumpTcpFlows()
          .flows.map(([flow, { hits, inboundFlowId, tcpState, ...entry }]) => [
            flowIdText(flow),
            hits,
            inboundFlowId && flowIdText(inboundFlowId),
            TCP_STATE_NAMES.indexOf(tcpState.tcpState),
            [tcpState.guestSeq, tcpState.guestAck, tcpState.remoteSeq, tcpState.remoteAck],
            [entry.segsIn, entry.segsOut, entry.bytesIn, entry.bytesOut],
          ]),
    layers: port.listLayers().map(({ name, flows }) => {
      const dump = port.dumpLayer(name);
      const layerCounters = port.layerStats(name) ?? {};
      return {
        name,
        flows: [entriesOf(dump.flowsIn), entriesOf(dump.flowsOut), flows],
        rules: [rulesOf(dump.rulesIn, dump.defaultInHits), rulesOf(dump.rulesOut, dump.defaultOutHits)],
        counters: LAYER_STAT_FIELDS.map((field) => layerCounters[field] ?? 0),
      };
    }),
    counters: PORT_STAT_FIELDS.map((field) => counters[field] ?? 0),
    freePorts: [pools.tcp, pools.udp, pools.icmp].map((pool) => pool.available(guest)),
    hidden,
  };
}

export function snapshotOfModel(model: ModelPort): Snapshot {
  const { uft, tcp, layers, state, epoch } = model;
  const isReady = state === "ready";
  const pairs = new Set<ModelPair>([
    ...layers.flatMap((layer) => [...layer.pairs]),
    ...[...uft.in.table.values(), ...uft.out.table.values()].flatMap(({ recording }) => recording.parents),
    ...tcp.table.values().flatMap((entry) => entry.allParents),
  ]);
  // Compiled flows hold the headers that they push, one template for each tunnel.
  const tunnels = uft.out.table
    .values()
    .filter(({ recording }) => recording.bodies.length === 0 && recording.rewrites.some(({ name }) => name === "encap"))
    .map(({ flow }) => flow.dst);
  return {
    state,
    epoch,
    uft: isReady
      ? undefined
      : { in: modelEntries(uft.in.table, summaryOf), out: modelEntries(uft.out.table, summaryOf) },
    tcp: isReady ? undefined : tcp.table.sorted().map(tcpRow),
    layers: layers.map(layerOf),
    counters: counterList(PORT_STAT_FIELDS, model.counters, {
      in_uft_flows: uft.in.table.size,
      out_uft_flows: uft.out.table.size,
      tcp_flows: tcp.table.size,
      in_uft_capacity: uft.in.table.limit,
      out_uft_capacity: uft.out.table.limit,
      tcp_capacity: tcp.table.limit,
      in_uft_evictions: uft.in.evictions,
      out_uft_evictions: uft.out.evictions,
      tcp_evictions: tcp.evictions,
    }),
    freePorts: [model.nat.free.tcp, model.nat.free.udp, model.nat.free.icmp].map((free) => free.length),
    hidden: { pairs: pairs.size, templates: new Set(tunnels).size },
  };
}

/** A snapshot's parts that differ in two snapshots, for a reader. */
export function differences(engine: Snapshot, model: Snapshot): string[] {
  const [ours, theirs] = [partsOf(engine), partsOf(model)];
  return [...ours.keys()]
    .filter((part) => ours.get(part) !== theirs.get(part))
    .map((part) => `${part}\n  engine ${ours.get(part) ?? ""}\n  model  ${theirs.get(part) ?? ""}`);
}

function partsOf({ uft, layers, counters, ...rest }: Snapshot): Map<string, string> {
  const parts = new Map(Object.entries(rest).map(([part, value]) => [part, text(value)]));
  for (const dir of ["in", "out"] as const) parts.set(`uft ${dir}`, text(uft?.[dir]));
  layers.forEach((layer, i) => parts.set(`layer ${i}`, text(layer)));
  PORT_STAT_FIELDS.forEach((field, i) => parts.set(field, text(counters[i])));
  return parts;
}

function text(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

function entriesOf(entries: FlowEntries): Entries {
  return entries.map(([flow, { hits, summary }]) => [flowIdText(flow), hits, summary]);
}

function rulesOf(rules: readonly RuleDump[], defaultHits: number): unknown {
  return [defaultHits, ...rules.map(({ id, hits, rule }) => [id, hits, rule.priority])];
}

function layerOf(layer: ModelLayer): unknown {
  const { spec, flows, rules, counters } = layer;
  const rows = (dir: Direction): Entries => modelEntries(flows[dir], ({ pair }) => pair.descriptor?.name ?? "no-op");
  return {
    name: spec.name,
    flows: [rows("in"), rows("out"), layer.pairs.size],
    rules: [modelRules(rules.in), modelRules(rules.out)],
    counters: counterList(LAYER_STAT_FIELDS, counters, {
      flows: layer.pairs.size,
      in_rules: rules.in.list.length,
      out_rules: rules.out.list.length,
      lft_capacity: spec.flowLimit,
      flow_ttl: 60,
    }),
  };
}

function modelRules({ list, defaultHits }: ModelRules): unknown {
  return [defaultHits, ...list.map(({ id, hits, draft }) => [id, hits, draft.priority])];
}

function modelEntries<Entry extends TableEntry>(table: ModelTable<Entry>, summary: (entry: Entry) => string): Entries {
  return table.sorted().map((entry) => [entry.flow.text, entry.hits, summary(entry)]);
}

function summaryOf(entry: { readonly summary: string }): string {
  return entry.summary;
}

function tcpRow({ flow, hits, inbound, state, guest, remote, segments, bytes }: TcpEntry): readonly unknown[] {
  return [
    flow.text,
    hits,
    inbound?.text,
    MODEL_STATES.indexOf(state),
    [guest.seq, guest.ack, remote.seq, remote.ack],
    [segments.in, segments.out, bytes.in, bytes.out],
  ];
}

function counterList(fields: readonly string[], counters: Counters, gauges: Counters): number[] {
  return fields.map((field) => gauges[field] ?? counters[field] ?? 0);
}

/** Numbers of the states (spec 02 §13.1). */
const MODEL_STATES = [
  ...["CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED"],
  ...["CLOSE_WAIT", "LAST_ACK", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"],
];
