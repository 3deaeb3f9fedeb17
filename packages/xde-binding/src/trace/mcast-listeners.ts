// Listeners at the device's probe points that tell what becomes of multicast, as the reference's opte-mcast-delivery (spec 05 §19.2).

import type { XdeProbes } from "../device/xde-probes.js";
import type { Emit } from "./port-listeners.js";
import { traceFields } from "./trace-fields.js";

interface Address {
  toString(): string;
}

type Tell = (
  event: string,
  vni: number,
  to: Readonly<Record<string, Address | number>>,
  ports?: readonly string[],
) => void;

function teller(emit: Emit, probe: string): Tell {
  return (event, vni, to, ports = []) => {
    emit(probe, ports, [], () => {
      const fields: Record<string, string | number> = { event, vni };
      for (const [name, value] of Object.entries(to))
        fields[name] = typeof value === "number" ? value : value.toString();
      return traceFields(fields);
    });
  };
}

/**
 * Each event tells its group: `group` the guests', `underlayMcast` the underlay's. Then to whom: `portOrNextHop` a port, `routeUnicast` a
 * next hop.
 */
export function mcastDelivery(emit: Emit): XdeProbes {
  const tell = teller(emit, "mcast-delivery");
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
    mcastTxFail: (group, vni, to, reason) => {
      tell("TX_FAIL", vni, { group, portOrNextHop: to, reason }, typeof to === "string" ? [to] : []);
    },
    mcastRxFail: (group, vni, port, reason) => {
      tell("RX_FAIL", vni, { group, portOrNextHop: port ?? "--", reason }, port === undefined ? [] : [port]);
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

/** Where the device begins and ends to look after a frame to a group: the switch `debug` of the reference's script. */
export function mcastDebug(emit: Emit): XdeProbes {
  const tell = teller(emit, "mcast-debug");
  return {
    mcastTxEntry: (port, group, vni) => {
      tell("TX_ENTRY", vni, { group, portOrNextHop: port }, [port]);
    },
    mcastTxReturn: (port, group, vni) => {
      tell("TX_RETURN", vni, { group, portOrNextHop: port }, [port]);
    },
    mcastRxEntry: (underlay, vni) => {
      tell("RX_ENTRY", vni, { underlayMcast: underlay, routeUnicast: "--" });
    },
    mcastRxReturn: (underlay, vni) => {
      tell("RX_RETURN", vni, { underlayMcast: underlay, routeUnicast: "--" });
    },
  };
}
