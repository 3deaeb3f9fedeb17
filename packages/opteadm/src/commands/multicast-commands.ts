// Subcommands about multicast: who forwards it where, and who receives it.

import { IpAddr, Ipv6Addr, MulticastUnderlay } from "opte-api";
import { MULTICAST_VNI, Replication, SourceFilter } from "oxide-vpc/api";
import type { Subcommand, SubcommandMaker } from "../grammar/subcommand.js";
import { UsageError } from "../grammar/usage-error.js";
import { several } from "../grammar/values.js";
import { compatMcastForwarding, compatMcastSubscriptions } from "../print/compat/compat-multicast.js";
import { mcastForwardingTables, mcastSubscriptionTables } from "../print/table/mapping-tables.js";
import type { Session } from "../run/session.js";
import { type PortOption, withPort } from "./port-option.js";

/** Adds them. */
export function addMulticastCommands(make: SubcommandMaker, session: Session): void {
  make("dump-mcast-fwd", "show where multicast packets are forwarded to").action(async () => {
    const forwarding = await (await session.device()).call("DumpMcastForwarding", undefined);
    const tables = (): ReturnType<typeof mcastForwardingTables> => mcastForwardingTables(forwarding);
    session.show({ json: forwarding, tables, compat: () => compatMcastForwarding(forwarding) });
  });
  withSources(make("set-mcast-fwd", "add a next hop to an underlay group, or change it"))
    .positional("<UNDERLAY>", "the underlay group, inside ff04::/16", (text) => MulticastUnderlay.parse(text))
    .positional("<NEXT_HOP>", "underlay address of the switch", (text) => Ipv6Addr.parse(text))
    .positional("<REPLICATION>", "external, underlay or both", Replication.parse)
    .action(async (underlay: MulticastUnderlay, addr: Ipv6Addr, replication: Replication, options: SourceOptions) => {
      const nextHop = { addr, vni: MULTICAST_VNI };
      const nextHops = [{ nextHop, replication, sourceFilter: sourceFilter(options) }];
      await (await session.device()).call("SetMcastForwarding", { underlay, nextHops });
      session.done();
    });
  make("clear-mcast-fwd", "forward an underlay group nowhere")
    .positional("<UNDERLAY>", "the underlay group, inside ff04::/16", (text) => MulticastUnderlay.parse(text))
    .action(async (underlay: MulticastUnderlay) => {
      await (await session.device()).call("ClearMcastForwarding", { underlay });
      session.done();
    });

  make("dump-mcast-subs", "show which ports receive which underlay groups").action(async () => {
    const subscriptions = await (await session.device()).call("DumpMcastSubscriptions", undefined);
    const tables = (): ReturnType<typeof mcastSubscriptionTables> => mcastSubscriptionTables(subscriptions);
    session.show({ json: subscriptions, tables, compat: () => compatMcastSubscriptions(subscriptions) });
  });
  withSources(withPort(make("mcast-subscribe", "let a port receive a group, or change from which sources")))
    .positional("<GROUP>", "the multicast group", IpAddr.parse)
    .action(async (group: IpAddr, options: PortOption & SourceOptions) => {
      const request = { portName: options.p, group, filter: sourceFilter(options) };
      await (await session.device()).call("McastSubscribe", request);
      session.done();
    });
  withPort(make("mcast-unsubscribe", "let a port receive a group no longer"))
    .positional("<GROUP>", "the multicast group", IpAddr.parse)
    .action(async (group: IpAddr, { p: portName }: PortOption) => {
      await (await session.device()).call("McastUnsubscribe", { portName, group });
      session.done();
    });
  make("mcast-unsubscribe-all", "let no port receive a group")
    .positional("<GROUP>", "the multicast group", IpAddr.parse)
    .action(async (group: IpAddr) => {
      await (await session.device()).call("McastUnsubscribeAll", { group });
      session.done();
    });
}

interface SourceOptions {
  readonly include: readonly IpAddr[];
  readonly exclude: readonly IpAddr[];
}

function withSources(subcommand: Subcommand): Subcommand {
  return subcommand
    .collects("--include <IP>", "only from this source; may be given several times", several(IpAddr.parse))
    .collects("--exclude <IP>", "not from this source; may be given several times", several(IpAddr.parse));
}

/** Without options, from any source. @throws UsageError if both kinds are given */
function sourceFilter({ include, exclude }: SourceOptions): SourceFilter {
  if (include.length === 0) return SourceFilter.of("exclude", exclude);
  if (exclude.length > 0) throw new UsageError("'--include <IP>' and '--exclude <IP>' cannot be used together");
  return SourceFilter.of("include", include);
}
