// Listeners at the device's probe points that tell of them in the columns of the reference's scripts (spec 05 §19.2).

import type { Ipv6Addr } from "opte-api";
import type { ClockProvider, ParseError } from "opte-core";
import type { XdeProbes } from "../device/xde-probes.js";
import { mcastDebug, mcastDelivery } from "./mcast-listeners.js";
import type { Emit } from "./port-listeners.js";
import { directionText, traceFields, traceFlowText } from "./trace-fields.js";

/** For each name that can be traced, the device's probe points that it needs. */
export const DEVICE_LISTENERS: Readonly<Record<string, (emit: Emit, clock: ClockProvider) => XdeProbes>> = {
  "bad-packet": (emit) => ({
    badPacket: (port, dir, frame, error) => {
      emit("bad-packet", [port], [], () =>
        traceFields({
          port,
          dir: directionText(dir),
          mblk: frame.toBytes(),
          msgData: parseErrorText(error),
        }),
      );
    },
  }),
  "count-cycles": countCycles,
  drop: (emit) => ({
    frameDrop: (reason, port, frame) => {
      emit("drop", port === undefined ? [] : [port], [], () =>
        traceFields({ reason, port: port ?? "--", len: frame.length }),
      );
    },
  }),
  "guest-loopback": (emit) => ({
    guestLoopback: (_frame, flow, srcPort, dstPort) => {
      emit("guest-loopback", [srcPort, dstPort], [flow], () =>
        traceFields({ flow: traceFlowText(flow.toFlowId()), srcPort, dstPort }),
      );
    },
  }),
  "next-hop": (emit) => ({
    nextHop: (dst, gateway, srcMac, dstMac, msg) => {
      emit("next-hop", [], [], () =>
        traceFields({
          dest: dst.toString(),
          gateway: gateway?.toString() ?? "--",
          srcMac: srcMac?.toString() ?? "--",
          dstMac: dstMac?.toString() ?? "--",
          msg: msg === "" ? "--" : msg,
        }),
      );
    },
  }),
  "route-cache": routeCache,
  "mcast-delivery": mcastDelivery,
  "mcast-debug": mcastDebug,
};

/** Labels, then the two numbers that belong to them. */
function parseErrorText(error: ParseError): string {
  const value = error.toValue();
  switch (value.kind) {
    case "header":
      return `${value.header}->${value.error} [0, 0]`;
    case "unrecognised_tunnel_opt":
      return `${value.kind} [${value.class}, ${value.type}]`;
    default:
      return `${value.field}->${value.kind} [${value.expected}, ${value.actual}]`;
  }
}

/** How long each batch takes. Nothing else runs in the thread meanwhile, so it is time on a CPU unless the system takes that away. */
function countCycles(emit: Emit, clock: ClockProvider): XdeProbes {
  /** Of the batch that is being processed; absent for one that began before anybody listened. */
  let startMs: number | undefined;
  const begin = (): void => {
    startMs = clock.nowMs();
  };
  const end = (dir: "tx" | "rx", name: string): void => {
    if (startMs === undefined) return;
    const ns = Math.round((clock.nowMs() - startMs) * 1e6);
    startMs = undefined;
    emit("count-cycles", [name], [], () => traceFields({ dir, name, ns }));
  };
  return {
    transmitEntry: begin,
    transmitReturn: (port) => {
      end("tx", port);
    },
    receiveEntry: begin,
    receiveReturn: (link) => {
      end("rx", link);
    },
  };
}

function routeCache(emit: Emit): XdeProbes {
  const told =
    (event: string) =>
    (cache: string, dst: Ipv6Addr, hash: number): void => {
      emit("route-cache", [cache], [], () => traceFields({ event, cache, dest: dst.toString(), hash }));
    };
  return {
    routeCacheHit: told("HIT"),
    routeCacheInsert: told("INSERT"),
    routeCacheRefresh: told("REFRESH"),
    routeCacheDelete: told("DELETE"),
    routeCacheFull: told("FULL"),
  };
}
