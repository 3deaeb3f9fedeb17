// Commands about the tables of a port (spec 05 §6).

import type { LayerDump, TcpFlowDump } from "opte-core";
import type { DumpLayerResp, TcpFlowEntryDump } from "opte-api";
import type { XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../../ioctl/handlers.js";
import type { Sled } from "../sled.js";
import { noResp } from "./no-resp.js";

export type EngineHandlers = Pick<
  CommandHandlers<XdeCommands>,
  "ListLayers" | "DumpLayer" | "DumpUft" | "DumpTcpFlows" | "ClearUft" | "ClearLft"
>;

export function engineHandlers(sled: Sled): EngineHandlers {
  return {
    ListLayers: ({ portName }) => ({ layers: sled.port(portName).engine.listLayers() }),
    DumpLayer: ({ portName, name }) => layerResp(sled.port(portName).engine.dumpLayer(name)),
    DumpUft: ({ portName }) => sled.port(portName).engine.dumpUft(),
    DumpTcpFlows: ({ portName }) => {
      const { flows } = sled.port(portName).engine.dumpTcpFlows();
      return { flows: flows.map(([flow, entry]) => [flow, tcpFlowResp(entry)] as const) };
    },
    ClearUft: noResp(({ portName }) => {
      sled.port(portName).engine.clearUft();
    }),
    ClearLft: noResp(({ portName, layerName }) => {
      sled.port(portName).engine.clearLft(layerName);
    }),
  };
}

function layerResp({ flowsIn, flowsOut, ...rest }: LayerDump): DumpLayerResp {
  return { ...rest, ftIn: flowsIn, ftOut: flowsOut };
}

export function tcpFlowResp({ inboundFlowId, tcpState, ...rest }: TcpFlowDump): TcpFlowEntryDump {
  const { tcpState: state, guestSeq, guestAck, remoteSeq, remoteAck } = tcpState;
  return {
    ...rest,
    ...(inboundFlowId && { inboundUfid: inboundFlowId }),
    tcpState: {
      tcpState: state,
      ...(guestSeq !== undefined && { guestSeq }),
      ...(guestAck !== undefined && { guestAck }),
      ...(remoteSeq !== undefined && { remoteSeq }),
      ...(remoteAck !== undefined && { remoteAck }),
    },
  };
}
