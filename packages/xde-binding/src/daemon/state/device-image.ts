// A device's whole state as records: what takes the place of all commands that led to it.
//
// Most of it is commands again, the fewest that lead there. Ports are written down as such, because no commands would give their rules
// the same ids again.

import { encodePostcard, type Schema } from "opte-api/codec";
import { IpAddr } from "opte-api";
import { XDE_COMMANDS } from "oxide-vpc/api";
import type { Xde } from "../../device/xde.js";
import type { StateRecord } from "./frame-format.js";
import { commandRecord, portImageRecord, RecordKind } from "./state-record.js";

/** The device's state, without flows, hits and counters; those of running ports are in it if flows are to be kept. */
export async function deviceImage(xde: Xde, flows: "forget" | "keep" = "forget"): Promise<readonly StateRecord[]> {
  return [
    { kind: RecordKind.Image, bytes: new Uint8Array() },
    ...(xde.underlay === undefined ? [] : [record(XDE_COMMANDS.SetXdeUnderlay, xde.underlay)]),
    ...xde.ports.map((port) =>
      flows === "keep" && port.port.state === "running"
        ? portImageRecord(port.name, port.snapshot(), RecordKind.PortWithFlows)
        : portImageRecord(port.name, port.snapshot("rules")),
    ),
    ...(await guestMappings(xde)),
    ...(await boundaryMappings(xde)),
    ...subscriptions(xde),
    ...(await groupMappings(xde)),
    ...(await forwarding(xde)),
  ];
}

/** With those of the ports themselves, which come with them, and of which any may have been cleared or changed since. */
async function guestMappings({ handlers, ports }: Xde): Promise<readonly StateRecord[]> {
  const { mappings } = await handlers.DumpVirt2Phys(undefined);
  const there = mappings.flatMap(({ vni, ip4, ip6 }) =>
    [...ip4, ...ip6].map(([vip, { ether, ip }]) => ({ vip, phys: { ether, ip, vni } })),
  );
  const keyOf = (vni: number, vip: IpAddr): string => `${vni} ${vip.toString()}`;
  const keys = new Set(there.map(({ vip, phys }) => keyOf(phys.vni, vip)));
  const gone = ports.flatMap(({ cfg: { ipCfg, guestMac, physIp, vni } }) => {
    const own = [ipCfg.ipv4?.privateIp, ipCfg.ipv6?.privateIp].filter((ip) => ip !== undefined);
    const phys = { ether: guestMac, ip: physIp, vni };
    return own.filter((vip) => !keys.has(keyOf(vni, vip))).map((vip) => ({ vip, phys }));
  });
  return [
    ...gone.map((each) => record(XDE_COMMANDS.ClearVirt2Phys, each)),
    ...there.map((each) => record(XDE_COMMANDS.SetVirt2Phys, each)),
  ];
}

async function boundaryMappings({ handlers }: Xde): Promise<readonly StateRecord[]> {
  const { mappings } = await handlers.DumpVirt2Boundary(undefined);
  const { ip4, ip6 } = mappings;
  return [...ip4, ...ip6].map(([vip, tep]) => record(XDE_COMMANDS.SetVirt2Boundary, { vip, tep }));
}

/** A subscription holds on to the underlay group that its group had once; so that mapping is made for the moment. */
function subscriptions(xde: Xde): readonly StateRecord[] {
  return xde.subscriptions.flatMap(({ group, underlay, portName, filter }) => {
    const subscribe = record(XDE_COMMANDS.McastSubscribe, { portName, group, filter });
    if (IpAddr.equals(group, underlay.address)) return [subscribe];
    const mapping = { group, underlay };
    return [record(XDE_COMMANDS.SetMcast2Phys, mapping), subscribe, record(XDE_COMMANDS.ClearMcast2Phys, mapping)];
  });
}

async function groupMappings({ handlers }: Xde): Promise<readonly StateRecord[]> {
  const { ip4, ip6 } = await handlers.DumpMcast2Phys(undefined);
  return [...ip4, ...ip6].map(([group, underlay]) => record(XDE_COMMANDS.SetMcast2Phys, { group, underlay }));
}

async function forwarding({ handlers }: Xde): Promise<readonly StateRecord[]> {
  const { entries } = await handlers.DumpMcastForwarding(undefined);
  return entries.map(({ underlay, nextHops }) => record(XDE_COMMANDS.SetMcastForwarding, { underlay, nextHops }));
}

function record<Req>(command: { readonly number: number; readonly request: Schema<Req> }, request: Req): StateRecord {
  return commandRecord(command.number, encodePostcard(command.request, request));
}
