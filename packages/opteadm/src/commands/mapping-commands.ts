// Subcommands about the mappings of addresses, which all ports of a sled share.

import { IpAddr, IpCidr, Ipv6Addr, MacAddr, MulticastUnderlay, Vni } from "opte-api";
import {
  BOUNDARY_SERVICES_VNI,
  type SetMcast2PhysReq,
  type SetVirt2BoundaryReq,
  type SetVirt2PhysReq,
} from "oxide-vpc/api";
import type { Subcommand, SubcommandMaker } from "../grammar/subcommand.js";
import { compatM2p, compatV2b, compatV2p } from "../print/compat/compat-mappings.js";
import { m2pTables, v2bTables, v2pTables } from "../print/table/mapping-tables.js";
import type { Session } from "../run/session.js";

/** Adds them. */
export function addMappingCommands(make: SubcommandMaker, session: Session): void {
  make("dump-v2p", "show where guests are (virtual to physical)").action(async () => {
    const v2p = await (await session.device()).call("DumpVirt2Phys", undefined);
    session.show({ json: v2p, tables: () => v2pTables(v2p), compat: () => compatV2p(v2p) });
  });
  withGuest(make("set-v2p", "say where a guest is"), async (guest) => {
    await (await session.device()).call("SetVirt2Phys", guest);
    session.done();
  });
  withGuest(make("clear-v2p", "forget where a guest is"), async (guest) => {
    await (await session.device()).call("ClearVirt2Phys", guest);
    session.done();
  });

  make("dump-v2b", "show the ways out of the rack (virtual to boundary)").action(async () => {
    const v2b = await (await session.device()).call("DumpVirt2Boundary", undefined);
    session.show({ json: v2b, tables: () => v2bTables(v2b), compat: () => compatV2b(v2b) });
  });
  withPrefix(make("set-v2b", "add endpoints to the ways out for a prefix"), async (prefix) => {
    await (await session.device()).call("SetVirt2Boundary", prefix);
    session.done();
  });
  withPrefix(make("clear-v2b", "remove endpoints from the ways out for a prefix"), async (prefix) => {
    await (await session.device()).call("ClearVirt2Boundary", prefix);
    session.done();
  });

  make("dump-m2p", "show the underlay groups of multicast groups").action(async () => {
    const m2p = await (await session.device()).call("DumpMcast2Phys", undefined);
    session.show({ json: m2p, tables: () => m2pTables(m2p), compat: () => compatM2p(m2p) });
  });
  withGroup(make("set-m2p", "give a multicast group its underlay group"), async (group) => {
    await (await session.device()).call("SetMcast2Phys", group);
    session.done();
  });
  withGroup(make("clear-m2p", "take a multicast group's underlay group away"), async (group) => {
    await (await session.device()).call("ClearMcast2Phys", group);
    session.done();
  });
}

function withGuest(subcommand: Subcommand, run: (guest: SetVirt2PhysReq) => Promise<void>): void {
  subcommand
    .positional("<VPC_IP>", "the guest's address in its VPC", IpAddr.parse)
    .positional("<VPC_MAC>", "the guest's MAC address", (text) => MacAddr.parse(text))
    .positional("<UNDERLAY_IP>", "underlay address of its sled", (text) => Ipv6Addr.parse(text))
    .positional("<VNI>", "the VPC", Vni.parse)
    .action((vip: IpAddr, ether: MacAddr, ip: Ipv6Addr, vni: Vni) => run({ vip, phys: { ether, ip, vni } }));
}

function withPrefix(subcommand: Subcommand, run: (prefix: SetVirt2BoundaryReq) => Promise<void>): void {
  subcommand
    .positional("<PREFIX>", "destination CIDR", IpCidr.parse)
    .positional("[TUNNEL_ENDPOINT]...", "underlay addresses of boundary services", (text) => Ipv6Addr.parse(text))
    .action((vip: IpCidr, endpoints: readonly Ipv6Addr[] = []) =>
      run({ vip, tep: endpoints.map((ip) => ({ ip, vni: BOUNDARY_SERVICES_VNI })) }),
    );
}

function withGroup(subcommand: Subcommand, run: (group: SetMcast2PhysReq) => Promise<void>): void {
  subcommand
    .positional("<GROUP>", "the multicast group", IpAddr.parse)
    .positional("<UNDERLAY>", "its underlay group, inside ff04::/16", (text) => MulticastUnderlay.parse(text))
    .action((group: IpAddr, underlay: MulticastUnderlay) => run({ group, underlay }));
}
