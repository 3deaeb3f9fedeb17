// Listeners at the device's probe points that tell what becomes of multicast, as the reference's opte-mcast-delivery (spec 05 §19.2).

import type { XdeProbes } from "../device/xde-probes.js";
import type { Emit } from "./port-listeners.js";
import { traceFields } from "./trace-fields.js";

interface Address {
  toString(): string;
}

/**
 * Each event tells its group: `group` the guests', `underlayMcast` the underlay's. Then to whom: `portOrNextHop` a port, `routeUnicast` a
 * next hop.
 */
export function mcastDelivery(emit: Emit): XdeProbes {
  const tell = (
    event: string,
    vni: number,
    to: Readonly<Record<string, Address | number>>,
    ports: readonly string[] = [],
  ): void => {
    emit("mcast-delivery", ports, [], () => {
      const fields: Record<string, string | number> = { event, vni };
      for (const [name, value] of Object.entries(to))
        fields[name] = typeof value === "number" ? value : value.toString();
      return traceFields(fields);
    });
  };
  return {
    mcastTx: (group, vni) => {
      tell("TX", vni, { group, portOrNextHop: "--" });
    },
    mcastRx: (group, vni) => {
      tell("RX", vni, { group, portOrNextHop: "--" });
    },
    mcastLocalDelivery: (group, vni, port) => {
      tell("DELIVER", vni, { group, portOrNextHop: port }, [port]);
    },
    mcastUnderlayFwd: (underlay, vni, nextHop) => {
      tell("UNDERLAY", vni, { underlayMcast: underlay, routeUnicast: nextHop });
    },
    mcastExternalFwd: (underlay, vni, nextHop) => {
      tell("EXTERNAL", vni, { underlayMcast: underlay, routeUnicast: nextHop });
    },
    mcastNoFwdEntry: (underlay, vni) => {
      tell("NOFWD", vni, { underlayMcast: underlay, routeUnicast: "--" });
    },
    mcastSourceFiltered: (src, group, vni, port, mode) => {
      tell("FILTERED", vni, { group, portOrNextHop: port, src, mode }, [port]);
    },
    mcastFwdSourceFiltered: (src, group, vni, nextHop, mode) => {
      tell("FWD_FILT", vni, { group, routeUnicast: nextHop, src, mode });
    },
    mcastMapSet: (group, underlay, vni) => {
      tell("MAP_SET", vni, { group, underlayMcast: underlay });
    },
    mcastMapClear: (group, underlay, vni) => {
      tell("MAP_CLEAR", vni, { group, underlayMcast: underlay });
    },
    mcastFwdSet: (underlay, hopCount, vni) => {
      tell("FWD_SET", vni, { underlayMcast: underlay, hops: hopCount });
    },
    mcastFwdClear: (underlay, vni) => {
      tell("FWD_CLEAR", vni, { underlayMcast: underlay });
    },
    mcastSubscribe: (port, underlay, vni) => {
      tell("SUBSCRIBE", vni, { underlayMcast: underlay, portOrNextHop: port }, [port]);
    },
    mcastUnsubscribe: (port, underlay, vni) => {
      tell("UNSUBSCRIBE", vni, { underlayMcast: underlay, portOrNextHop: port }, [port]);
    },
    mcastUnsubscribeAll: (group, vni) => {
      tell("UNSUBSCRIBE_ALL", vni, { group });
    },
  };
}
