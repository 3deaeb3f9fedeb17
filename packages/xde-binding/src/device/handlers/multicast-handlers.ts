// Commands about multicast (spec 05 §6, §15).

import { Errno, type IpAddr, MulticastUnderlay, OpteError } from "opte-api";
import { type McastForwardingNextHop, MULTICAST_VNI, type SourceFilter, type XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../../ioctl/handlers.js";
import type { Sled } from "../sled.js";
import { noResp } from "./no-resp.js";

export type MulticastHandlers = Pick<
  CommandHandlers<XdeCommands>,
  | "SetMcast2Phys"
  | "ClearMcast2Phys"
  | "DumpMcast2Phys"
  | "SetMcastForwarding"
  | "ClearMcastForwarding"
  | "DumpMcastForwarding"
  | "McastSubscribe"
  | "McastUnsubscribe"
  | "McastUnsubscribeAll"
  | "DumpMcastSubscriptions"
>;

export function multicastHandlers(sled: Sled): MulticastHandlers {
  const { forwarding, subscriptions, probes } = sled;
  const { m2p } = sled.mappings;
  return {
    SetMcast2Phys: noResp(({ group, underlay }) => {
      checkGroup(group);
      m2p.set(group, underlay);
      probes.mcastMapSet?.(group, underlay.address, MULTICAST_VNI);
    }),
    ClearMcast2Phys: noResp(({ group, underlay }) => {
      m2p.remove(group);
      probes.mcastMapClear?.(group, underlay.address, MULTICAST_VNI);
    }),
    DumpMcast2Phys: () => m2p.dump(),
    SetMcastForwarding: noResp(({ underlay, nextHops }) => {
      nextHops.forEach(checkNextHop);
      forwarding.add(underlay, nextHops);
      probes.mcastFwdSet?.(underlay.address, nextHops.length, MULTICAST_VNI);
    }),
    ClearMcastForwarding: noResp(({ underlay: { address } }) => {
      if (forwarding.remove(address)) probes.mcastFwdClear?.(address, MULTICAST_VNI);
    }),
    DumpMcastForwarding: () => forwarding.dump(),
    McastSubscribe: noResp(({ portName, group, filter }) => {
      checkGroup(group);
      checkSources(filter);
      const port = sled.port(portName);
      const underlay = underlayOf(sled, group);
      subscriptions.add(underlay, group, port, filter);
      probes.mcastSubscribe?.(portName, underlay.address, MULTICAST_VNI);
    }),
    McastUnsubscribe: noResp(({ portName, group }) => {
      const port = sled.port(portName);
      checkGroup(group);
      const underlay = m2p.get(group);
      subscriptions.remove(group, underlay, port);
      if (underlay !== undefined) probes.mcastUnsubscribe?.(portName, underlay.address, MULTICAST_VNI);
    }),
    McastUnsubscribeAll: noResp(({ group }) => {
      checkGroup(group);
      subscriptions.remove(group, m2p.get(group));
      probes.mcastUnsubscribeAll?.(group, MULTICAST_VNI);
    }),
    DumpMcastSubscriptions: () => subscriptions.dump(),
  };
}

/** The underlay group that carries a group; one of the underlay's own groups carries itself. */
function underlayOf({ mappings: { m2p } }: Sled, group: IpAddr): MulticastUnderlay {
  const underlay = m2p.get(group);
  if (underlay !== undefined) return underlay;
  if (group.family === 6 && group.isAdminScopedMulticast) return new MulticastUnderlay(group);
  throw badState(`group: ${group.toString()} has no underlay mapping`);
}

function checkGroup(group: IpAddr): void {
  if (!group.isMulticast) throw badState(`group: ${group.toString()} is not a multicast address`);
}

function checkSources({ sources }: SourceFilter): void {
  for (const source of sources) {
    const fault = faultOfSource(source);
    if (fault !== undefined) throw badState(`filter: source ${source.toString()} is ${fault}`);
  }
}

function faultOfSource(source: IpAddr): string | undefined {
  if (source.isMulticast) return "a multicast address";
  if (source.isUnspecified) return "unspecified";
  if (source.isLoopback) return "a loopback address";
  if (source.isLinkLocal) return "link-local";
  return source.family === 4 && source.isBroadcast ? "the broadcast address" : undefined;
}

function checkNextHop({ nextHop: { addr, vni }, replication }: McastForwardingNextHop, i: number): void {
  const refuse = (msg: string): OpteError => new OpteError({ kind: "System", errno: Errno.EINVAL, msg });
  const place = `nextHops[${i}]`;
  if (vni !== MULTICAST_VNI) throw refuse(`${place}: VNI ${vni} is not that of multicast, ${MULTICAST_VNI}`);
  if (addr.isMulticast) throw refuse(`${place}: ${addr.toString()} is a multicast address`);
  if (addr.isUnspecified || addr.isLoopback) throw refuse(`${place}: ${addr.toString()} is no address of a next hop`);
  if (replication === "reserved") throw refuse(`${place}: replication is reserved`);
}

function badState(msg: string): OpteError {
  return new OpteError({ kind: "BadState", msg });
}
