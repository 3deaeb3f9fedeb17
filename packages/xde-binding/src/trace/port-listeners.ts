// Listeners at the engine's probe points that tell of them in the columns of the reference's scripts (spec 05 §19.2).

import type { Direction } from "opte-api";
import type { FlowKey, ProbesProvider } from "opte-core";
import { directionText, type TraceFields, traceFields, traceFlowText } from "./trace-fields.js";

/** Tells of an event to whoever wants it; `fields` is called only if there is somebody. */
export type Emit = (
  probe: string,
  ports: readonly string[],
  flows: readonly FlowKey[],
  fields: () => TraceFields,
) => void;

type PortProbes = ProbesProvider<FlowKey>;

const PATHS = { 1: "FAST", 2: "MED", 3: "SLOW" } as const;

const flowText = (flow: FlowKey): string => traceFlowText(flow.toFlowId());

/** For each name that can be traced, the engine's probe points that it needs. */
export const PORT_LISTENERS: Readonly<Record<string, (emit: Emit) => PortProbes>> = {
  "flow-expire": (emit) => ({
    flowExpired: (port, table, flow, lastHitMs, nowMs) => {
      emit("flow-expire", [port], [flow], () =>
        traceFields({ port, ftName: table, flow: flowText(flow), lastHit: lastHitMs, now: nowMs }),
      );
    },
  }),
  "gen-desc-fail": (emit) => ({
    genDescFail: (port, layer, dir, flow, msg) => {
      emit("gen-desc-fail", [port], [flow], () =>
        traceFields({ port, layer, dir: directionText(dir), flow: flowText(flow), msg }),
      );
    },
  }),
  "gen-ht-fail": (emit) => ({
    genHtFail: (port, layer, dir, flow, msg) => {
      emit("gen-ht-fail", [port], [flow], () =>
        traceFields({ port, layer, dir: directionText(dir), flow: flowText(flow), msg }),
      );
    },
  }),
  ht: (emit) => ({
    htRun: (port, location, dir, before, after) => {
      emit("ht", [port], [before, after], () =>
        traceFields({
          dir: directionText(dir),
          port,
          location,
          before: flowText(before),
          after: flowText(after),
        }),
      );
    },
  }),
  "layer-process": (emit) => ({
    layerProcessReturn: (dir, port, layer, before, after, labels) => {
      emit("layer-process", [port], [before, after], () =>
        traceFields({
          port,
          layer,
          dir: directionText(dir),
          flowBefore: flowText(before),
          flowAfter: flowText(after),
          res: labels.join("->"),
        }),
      );
    },
  }),
  "port-process": (emit) => portProcess(emit, "port-process", () => ({})),
  "usdt-port-process": (emit) => portProcess(emit, "usdt-port-process", (frame) => ({ mblk: frame.slice() })),
  "rule-match": (emit) => {
    const tell = (port: string, layer: string, dir: Direction, flow: FlowKey, action: string | undefined): void => {
      emit("rule-match", [port], [flow], () =>
        traceFields({
          port,
          layer,
          match: action === undefined ? "NO" : "YES",
          dir: directionText(dir),
          flow: flowText(flow),
          action: action ?? "--",
        }),
      );
    };
    return {
      ruleMatch: tell,
      ruleNoMatch: (port, layer, dir, flow) => {
        tell(port, layer, dir, flow, undefined);
      },
    };
  },
  "rule-deny": (emit) => ({
    ruleDeny: (port, layer, dir, flow) => {
      emit("rule-deny", [port], [flow], () =>
        traceFields({ port, layer, dir: directionText(dir), flow: flowText(flow) }),
      );
    },
  }),
  "tcp-flow-state": (emit) => ({
    tcpFlowState: (port, flow, before, after) => {
      emit("tcp-flow-state", [port], [flow], () =>
        traceFields({ port, curr: before, new: after, flow: flowText(flow) }),
      );
    },
  }),
  "tcp-flow-drop": (emit) => ({
    tcpFlowDrop: (port, flow, { state }, _dir, flags) => {
      emit("tcp-flow-drop", [port], [flow], () => traceFields({ port, flow: flowText(flow), state, flags }));
    },
  }),
  "tcp-err": (emit) => ({
    tcpErr: (dir, port, flow, msg) => {
      emit("tcp-err", [port], [flow], () => traceFields({ port, dir: directionText(dir), flow: flowText(flow), msg }));
    },
  }),
  "uft-hit": (emit) => ({
    uftHit: (dir, port, flow, epoch, lastHitMs) => {
      emit("uft-hit", [port], [flow], () =>
        traceFields({ port, dir: directionText(dir), flow: flowText(flow), epoch, lastHit: lastHitMs }),
      );
    },
  }),
  "uft-invalidate": (emit) => ({
    uftInvalidate: (dir, port, flow, epoch) => {
      emit("uft-invalidate", [port], [flow], () =>
        traceFields({ port, dir: directionText(dir), flow: flowText(flow), epoch }),
      );
    },
  }),
  "uft-tcp-closed": (emit) => ({
    uftTcpClosed: (dir, port, flow) => {
      emit("uft-tcp-closed", [port], [flow], () =>
        traceFields({ port, dir: directionText(dir), flow: flowText(flow) }),
      );
    },
  }),
};

/** @param frameFields what else is told of the frame as it goes on: the reference's user-land script tells where it is, ours what it is */
function portProcess(
  emit: Emit,
  name: string,
  frameFields: (frame: Uint8Array) => Readonly<Record<string, Uint8Array>>,
): PortProbes {
  return {
    portProcessReturn: (dir, port, before, after, epoch, labels, path, frame) => {
      emit(name, [port], [before, after], () =>
        traceFields({
          name: port,
          dir: directionText(dir),
          epoch,
          flowBefore: flowText(before),
          flowAfter: flowText(after),
          ...frameFields(frame),
          len: frame.length,
          result: labels.join("->"),
          path: PATHS[path],
        }),
      );
    },
  };
}
