// Schemas of the answers that show a port's layers and flows (spec 05 §4, §5).

import type {
  DumpLayerResp,
  DumpTcpFlowsResp,
  DumpUftResp,
  FlowEntriesDump,
  FlowEntryDump,
  LayerDesc,
  ListLayersResp,
  RuleDump,
  RuleTableEntryDump,
  TcpFlowEntryDump,
  TcpFlowStateDump,
} from "../engine-requests.js";
import { tcpState } from "./address-schemas.js";
import { list, option, pair, struct } from "./composites.js";
import { flowId } from "./flow-id-schema.js";
import { string, u16, u32, u64 } from "./primitives.js";
import type { Schema } from "./schema.js";

export const listLayersResp: Schema<ListLayersResp> = struct<ListLayersResp>({
  layers: list(
    struct<LayerDesc>({
      name: string,
      rulesIn: u64,
      rulesOut: u64,
      defaultIn: string,
      defaultOut: string,
      flows: u32,
    }),
  ),
});

export const ruleEntries: Schema<readonly RuleTableEntryDump[]> = list(
  struct<RuleTableEntryDump>({
    id: u64,
    hits: u64,
    rule: struct<RuleDump>({
      priority: u16,
      predicates: list(string),
      dataPredicates: list(string),
      action: string,
    }),
  }),
);

export const flowEntries: Schema<FlowEntriesDump> = list(
  pair(flowId, struct<FlowEntryDump>({ hits: u64, summary: string })),
);

export const dumpLayerResp: Schema<DumpLayerResp> = struct<DumpLayerResp>({
  name: string,
  rulesIn: ruleEntries,
  rulesOut: ruleEntries,
  defaultIn: string,
  defaultInHits: u64,
  defaultOut: string,
  defaultOutHits: u64,
  ftIn: flowEntries,
  ftOut: flowEntries,
});

export const dumpUftResp: Schema<DumpUftResp> = struct<DumpUftResp>({
  inLimit: u32,
  inNumFlows: u32,
  inFlows: flowEntries,
  outLimit: u32,
  outNumFlows: u32,
  outFlows: flowEntries,
});

export const tcpFlowEntries: Schema<DumpTcpFlowsResp["flows"]> = list(
  pair(
    flowId,
    struct<TcpFlowEntryDump>({
      hits: u64,
      inboundUfid: option(flowId),
      tcpState: struct<TcpFlowStateDump>({
        tcpState,
        guestSeq: option(u32),
        guestAck: option(u32),
        remoteSeq: option(u32),
        remoteAck: option(u32),
      }),
      segsIn: u64,
      segsOut: u64,
      bytesIn: u64,
      bytesOut: u64,
    }),
  ),
);

export const dumpTcpFlowsResp: Schema<DumpTcpFlowsResp> = struct<DumpTcpFlowsResp>({ flows: tcpFlowEntries });
