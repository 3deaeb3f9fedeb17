// The engine's values in the vectors' JSON form: snake_case keys, flows and addresses as vectors/FORMAT.md says.

import type { FlowEntries, FlowId, LayerDump, RuleDump, TcpFlowsDump, UftDump, LayerDescription } from "opte-core";
import type { Json } from "./json.js";
import type { ScenarioFlow } from "./scenario.js";

export function flowJson(flow: FlowId): ScenarioFlow {
  const ends = { proto: flow.proto, src: flow.src.toString(), dst: flow.dst.toString() };
  switch (flow.kind) {
    case "ports":
      return { ...ends, sport: flow.srcPort, dport: flow.dstPort };
    case "icmp":
      return { ...ends, type: flow.type, code: flow.code, id: flow.id };
    case "none":
      return ends;
  }
}

export function layerDumpJson(dump: LayerDump): Json {
  return {
    name: dump.name,
    rules_in: dump.rulesIn.map(ruleJson),
    rules_out: dump.rulesOut.map(ruleJson),
    default_in: dump.defaultIn,
    default_in_hits: dump.defaultInHits,
    default_out: dump.defaultOut,
    default_out_hits: dump.defaultOutHits,
    ft_in: flowsJson(dump.flowsIn),
    ft_out: flowsJson(dump.flowsOut),
  };
}

export function layerListJson(layers: readonly LayerDescription[]): Json {
  return {
    layers: layers.map((layer) => ({
      name: layer.name,
      rules_in: layer.rulesIn,
      rules_out: layer.rulesOut,
      default_in: layer.defaultIn,
      default_out: layer.defaultOut,
      flows: layer.flows,
    })),
  };
}

export function uftDumpJson(dump: UftDump): Json {
  return {
    in_limit: dump.inLimit,
    in_num_flows: dump.inNumFlows,
    in_flows: flowsJson(dump.inFlows),
    out_limit: dump.outLimit,
    out_num_flows: dump.outNumFlows,
    out_flows: flowsJson(dump.outFlows),
  };
}

export function tcpDumpJson(dump: TcpFlowsDump): Json {
  return {
    flows: dump.flows.map(([flow, entry]) => [
      flowObject(flow),
      {
        hits: entry.hits,
        inbound_ufid: entry.inboundFlowId === undefined ? null : flowObject(entry.inboundFlowId),
        tcp_state: {
          tcp_state: entry.tcpState.tcpState,
          guest_seq: entry.tcpState.guestSeq ?? null,
          guest_ack: entry.tcpState.guestAck ?? null,
          remote_seq: entry.tcpState.remoteSeq ?? null,
          remote_ack: entry.tcpState.remoteAck ?? null,
        },
        segs_in: entry.segsIn,
        segs_out: entry.segsOut,
        bytes_in: entry.bytesIn,
        bytes_out: entry.bytesOut,
      },
    ]),
  };
}

function ruleJson(dump: RuleDump): Json {
  return {
    id: dump.id,
    hits: dump.hits,
    rule: {
      priority: dump.rule.priority,
      predicates: [...dump.rule.predicates],
      data_predicates: [...dump.rule.dataPredicates],
      action: dump.rule.action,
    },
  };
}

function flowsJson(entries: FlowEntries): Json {
  return entries.map(([flow, entry]) => [flowObject(flow), { hits: entry.hits, summary: entry.summary }]);
}

function flowObject(flow: FlowId): Json {
  return { ...flowJson(flow) };
}
