// Listeners at the device's probe points that tell of them in the columns of the reference's scripts (spec 05 §19.2).

import type { IpAddr, Ipv6Addr } from "opte-api";
import type { XdeProbes } from "../device/xde-probes.js";
import type { Emit } from "./port-listeners.js";
import { directionText, traceFields, traceFlowText } from "./trace-fields.js";

/** For each name that can be traced, the device's probe points that it needs. No two names share one. */
export const DEVICE_LISTENERS: Readonly<Record<string, (emit: Emit) => XdeProbes>> = {
  "bad-packet": (emit) => ({
    badPacket: (port, dir, frame, error) => {
      emit("bad-packet", [port], [], () =>
        traceFields({
          port,
          dir: directionText(dir),
          mblk: frame.toBytes(),
          msg: JSON.stringify(error.toValue()),
        }),
      );
    },
  }),
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
};

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

function mcastDelivery(emit: Emit): XdeProbes {
  /** @param details columns that only some events have */
  const tell = (
    event: string,
    vni: number,
    group: IpAddr,
    target: string,
    details: Readonly<Record<string, string | number>> = {},
    ports: readonly string[] = [],
  ): void => {
    emit("mcast-delivery", ports, [], () =>
      traceFields({ event, vni, group: group.toString(), portOrNextHop: target, ...details }),
    );
  };
  return {
    mcastTx: (group, vni) => {
      tell("TX", vni, group, "--");
    },
    mcastRx: (group, vni) => {
      tell("RX", vni, group, "--");
    },
    mcastLocalDelivery: (group, vni, port) => {
      tell("DELIVER", vni, group, port, {}, [port]);
    },
    mcastUnderlayFwd: (underlay, vni, nextHop) => {
      tell("UNDERLAY", vni, underlay, nextHop.toString());
    },
    mcastExternalFwd: (underlay, vni, nextHop) => {
      tell("EXTERNAL", vni, underlay, nextHop.toString());
    },
    mcastNoFwdEntry: (underlay, vni) => {
      tell("NOFWD", vni, underlay, "--");
    },
    mcastSourceFiltered: (src, group, vni, port, mode) => {
      tell("FILTERED", vni, group, port, { src: src.toString(), mode }, [port]);
    },
    mcastFwdSourceFiltered: (src, group, vni, nextHop, mode) => {
      tell("FWD_FILT", vni, group, nextHop.toString(), { src: src.toString(), mode });
    },
    mcastMapSet: (group, underlay, vni) => {
      tell("MAP_SET", vni, group, underlay.toString());
    },
    mcastMapClear: (group, underlay, vni) => {
      tell("MAP_CLEAR", vni, group, underlay.toString());
    },
    mcastFwdSet: (underlay, hopCount, vni) => {
      tell("FWD_SET", vni, underlay, "--", { hops: hopCount });
    },
    mcastFwdClear: (underlay, vni) => {
      tell("FWD_CLEAR", vni, underlay, "--");
    },
    mcastSubscribe: (port, underlay, vni) => {
      tell("SUBSCRIBE", vni, underlay, port, {}, [port]);
    },
    mcastUnsubscribe: (port, underlay, vni) => {
      tell("UNSUBSCRIBE", vni, underlay, port, {}, [port]);
    },
    mcastUnsubscribeAll: (group, vni) => {
      tell("UNSUBSCRIBE_ALL", vni, group, "--");
    },
  };
}
