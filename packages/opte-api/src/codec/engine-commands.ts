// The commands that every network definition shares: tables of a port, and the underlay (spec 05 §5).

import type {
  ClearLftReq,
  ClearUftReq,
  DumpLayerReq,
  DumpLayerResp,
  DumpTcpFlowsReq,
  DumpTcpFlowsResp,
  DumpUftReq,
  DumpUftResp,
  ListLayersReq,
  ListLayersResp,
  NoResp,
  PortReq,
  SetXdeUnderlayReq,
} from "../engine-requests.js";
import { type Command, command } from "./command.js";
import { struct } from "./composites.js";
import { dumpLayerResp, dumpTcpFlowsResp, dumpUftResp, listLayersResp } from "./engine-dump-schemas.js";
import { string, u64 } from "./primitives.js";
import type { Schema } from "./schema.js";

/** The answer of commands that have nothing to say. */
export const noResp: Schema<NoResp> = struct<NoResp>({ unused: u64 });

/** The engine's commands by name. */
export interface EngineCommands {
  readonly DumpTcpFlows: Command<DumpTcpFlowsReq, DumpTcpFlowsResp>;
  readonly DumpLayer: Command<DumpLayerReq, DumpLayerResp>;
  readonly DumpUft: Command<DumpUftReq, DumpUftResp>;
  readonly ListLayers: Command<ListLayersReq, ListLayersResp>;
  readonly ClearUft: Command<ClearUftReq, NoResp>;
  readonly ClearLft: Command<ClearLftReq, NoResp>;
  readonly SetXdeUnderlay: Command<SetXdeUnderlayReq, NoResp>;
  readonly ClearXdeUnderlay: Command<undefined, NoResp>;
}

export const portReq: Schema<PortReq> = struct<PortReq>({ portName: string });
export const dumpLayerReq: Schema<DumpLayerReq> = struct<DumpLayerReq>({ portName: string, name: string });
const clearLftReq: Schema<ClearLftReq> = struct<ClearLftReq>({ portName: string, layerName: string });
const setXdeUnderlayReq: Schema<SetXdeUnderlayReq> = struct<SetXdeUnderlayReq>({ u1: string, u2: string });

/** The engine's commands. */
export const ENGINE_COMMANDS: EngineCommands = {
  DumpTcpFlows: command("DumpTcpFlows", "read", portReq, dumpTcpFlowsResp),
  DumpLayer: command("DumpLayer", "read", dumpLayerReq, dumpLayerResp),
  DumpUft: command("DumpUft", "read", portReq, dumpUftResp),
  ListLayers: command("ListLayers", "read", portReq, listLayersResp),
  ClearUft: command("ClearUft", "configure", portReq, noResp),
  ClearLft: command("ClearLft", "configure", clearLftReq, noResp),
  SetXdeUnderlay: command("SetXdeUnderlay", "configure", setXdeUnderlayReq, noResp),
  ClearXdeUnderlay: command("ClearXdeUnderlay", "configure", undefined, noResp),
};
