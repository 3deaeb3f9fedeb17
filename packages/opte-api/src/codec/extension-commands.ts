// Our own commands that every network definition shares. They have no form that a real xde would understand.

import type { NoResp, PortReq, DumpLayerReq } from "../engine-requests.js";
import type * as extension from "../extension-requests.js";
import { direction } from "./address-schemas.js";
import { FRAME_REQUEST_LIMITS } from "./body-limits.js";
import { type ExtensionCommand, extensionCommand } from "./command.js";
import { list, option, pair, struct, variants } from "./composites.js";
import { dumpLayerReq, noResp, portReq } from "./engine-commands.js";
import { flowEntries, ruleEntries, tcpFlowEntries } from "./engine-dump-schemas.js";
import { flowId } from "./flow-id-schema.js";
import { blob, string, u32, u53, u64 } from "./primitives.js";
import type { Schema } from "./schema.js";

/** Our own commands of the engine by name. */
export interface EngineExtensions {
  readonly ListStats: ExtensionCommand<undefined, extension.ListStatsResp>;
  readonly OpenTrace: ExtensionCommand<extension.OpenTraceReq, extension.OpenTraceResp>;
  readonly ReadTrace: ExtensionCommand<extension.ReadTraceReq, extension.ReadTraceResp>;
  readonly CloseTrace: ExtensionCommand<extension.CloseTraceReq, NoResp>;
  readonly DumpLayerPage: ExtensionCommand<extension.DumpLayerPageReq, extension.DumpLayerPageResp>;
  readonly DumpUftPage: ExtensionCommand<extension.DumpUftPageReq, extension.DumpUftPageResp>;
  readonly DumpTcpFlowsPage: ExtensionCommand<extension.DumpTcpFlowsPageReq, extension.DumpTcpFlowsPageResp>;
  readonly DumpLayerRules: ExtensionCommand<DumpLayerReq, extension.DumpLayerRulesResp>;
  readonly OpenSnapshot: ExtensionCommand<PortReq, extension.OpenSnapshotResp>;
  readonly ReadSnapshot: ExtensionCommand<extension.ReadSnapshotReq, extension.ReadSnapshotResp>;
  readonly CloseSnapshot: ExtensionCommand<extension.CloseSnapshotReq, NoResp>;
  readonly OpenRestore: ExtensionCommand<extension.OpenRestoreReq, extension.OpenRestoreResp>;
  readonly WriteRestore: ExtensionCommand<extension.WriteRestoreReq, NoResp>;
  readonly CommitRestore: ExtensionCommand<extension.CommitRestoreReq, NoResp>;
  readonly Explain: ExtensionCommand<extension.ExplainReq, extension.ExplainResp>;
}

const listStatsResp: Schema<extension.ListStatsResp> = struct<extension.ListStatsResp>({
  blocks: list(struct<extension.StatBlockDump>({ module: string, name: string, fields: list(pair(string, u64)) })),
});

const openTraceReq: Schema<extension.OpenTraceReq> = struct<extension.OpenTraceReq>({
  probes: list(string),
  portName: option(string),
  flow: option(flowId),
});

const traceValue: Schema<extension.TraceValue> = variants<extension.TraceValue>({
  number: { number: u64 },
  text: { text: string },
  bytes: { bytes: blob },
});

const readTraceResp: Schema<extension.ReadTraceResp> = struct<extension.ReadTraceResp>({
  events: list(struct<extension.TraceEvent>({ probe: string, timeMs: u64, fields: list(pair(string, traceValue)) })),
  lost: u64,
});

const explainResp: Schema<extension.ExplainResp> = struct<extension.ExplainResp>({
  verdict: string,
  reason: option(string),
  steps: list(struct<extension.ExplainStep>({ layer: option(string), text: string })),
  frame: option(blob),
});

/** Our own commands of the engine. */
export const ENGINE_EXTENSIONS: EngineExtensions = {
  ListStats: extensionCommand("ListStats", "read", undefined, listStatsResp),
  OpenTrace: extensionCommand("OpenTrace", "read", openTraceReq, struct<extension.OpenTraceResp>({ traceId: u32 })),
  ReadTrace: extensionCommand(
    "ReadTrace",
    "read",
    struct<extension.ReadTraceReq>({ traceId: u32, maxEvents: u32 }),
    readTraceResp,
  ),
  CloseTrace: extensionCommand("CloseTrace", "read", struct<extension.CloseTraceReq>({ traceId: u32 }), noResp),
  DumpLayerPage: extensionCommand(
    "DumpLayerPage",
    "read",
    struct<extension.DumpLayerPageReq>({ portName: string, name: string, dir: direction, cursor: u32, max: u32 }),
    struct<extension.DumpLayerPageResp>({ entries: flowEntries, next: option(u32) }),
  ),
  DumpUftPage: extensionCommand(
    "DumpUftPage",
    "read",
    struct<extension.DumpUftPageReq>({ portName: string, dir: direction, cursor: u32, max: u32 }),
    struct<extension.DumpUftPageResp>({ limit: u32, numFlows: u32, entries: flowEntries, next: option(u32) }),
  ),
  DumpTcpFlowsPage: extensionCommand(
    "DumpTcpFlowsPage",
    "read",
    struct<extension.DumpTcpFlowsPageReq>({ portName: string, cursor: u32, max: u32 }),
    struct<extension.DumpTcpFlowsPageResp>({ entries: tcpFlowEntries, next: option(u32) }),
  ),
  DumpLayerRules: extensionCommand(
    "DumpLayerRules",
    "read",
    dumpLayerReq,
    struct<extension.DumpLayerRulesResp>({
      name: string,
      rulesIn: ruleEntries,
      rulesOut: ruleEntries,
      defaultIn: string,
      defaultInHits: u64,
      defaultOut: string,
      defaultOutHits: u64,
    }),
  ),
  OpenSnapshot: extensionCommand(
    "OpenSnapshot",
    "read",
    portReq,
    struct<extension.OpenSnapshotResp>({ snapshotId: u32, length: u53 }),
  ),
  ReadSnapshot: extensionCommand(
    "ReadSnapshot",
    "read",
    struct<extension.ReadSnapshotReq>({ snapshotId: u32, offset: u53, maxBytes: u32 }),
    struct<extension.ReadSnapshotResp>({ bytes: blob }),
  ),
  CloseSnapshot: extensionCommand(
    "CloseSnapshot",
    "read",
    struct<extension.CloseSnapshotReq>({ snapshotId: u32 }),
    noResp,
  ),
  OpenRestore: extensionCommand(
    "OpenRestore",
    "configure",
    struct<extension.OpenRestoreReq>({ portName: string, length: u53 }),
    struct<extension.OpenRestoreResp>({ restoreId: u32 }),
  ),
  WriteRestore: extensionCommand(
    "WriteRestore",
    "configure",
    struct<extension.WriteRestoreReq>({ restoreId: u32, offset: u53, bytes: blob }),
    noResp,
  ),
  CommitRestore: extensionCommand(
    "CommitRestore",
    "configure",
    struct<extension.CommitRestoreReq>({ restoreId: u32 }),
    noResp,
  ),
  Explain: extensionCommand(
    "Explain",
    "read",
    struct<extension.ExplainReq>({ portName: string, dir: direction, frame: blob }),
    explainResp,
    FRAME_REQUEST_LIMITS,
  ),
};
