// Schemas of the commands that forward and subscribe to multicast (spec 05 §4, §5).

import { IpAddr } from "opte-api";
import {
  choice,
  ipAddr,
  ipv6Addr,
  list,
  multicastUnderlay,
  type Schema,
  sortedSet,
  string,
  struct,
  variants,
  vni,
} from "opte-api/codec";
import type {
  ClearMcastForwardingReq,
  DumpMcastForwardingResp,
  DumpMcastSubscriptionsResp,
  McastForwardingNextHop,
  McastSubscriber,
  SetMcastForwardingReq,
} from "../mapping-requests.js";
import type { NextHopV6 } from "../phys-net.js";
import type { McastSubscribeReq, McastUnsubscribeAllReq, McastUnsubscribeReq } from "../port-requests.js";
import { type Replication, REPLICATIONS } from "../replication.js";
import type { SourceFilter } from "../source-filter.js";

const sources: Schema<readonly IpAddr[]> = sortedSet(ipAddr, (a, b) => IpAddr.compare(a, b));

const sourceFilter: Schema<SourceFilter> = variants<SourceFilter>({ include: { sources }, exclude: { sources } });

export const mcastForwardingReq: Schema<SetMcastForwardingReq> = struct<SetMcastForwardingReq>({
  underlay: multicastUnderlay,
  nextHops: list(
    struct<McastForwardingNextHop>({
      nextHop: struct<NextHopV6>({ addr: ipv6Addr, vni }),
      replication: choice<Replication>(REPLICATIONS),
      sourceFilter,
    }),
  ),
});

export const clearMcastForwardingReq: Schema<ClearMcastForwardingReq> = struct<ClearMcastForwardingReq>({
  underlay: multicastUnderlay,
});

export const dumpMcastForwardingResp: Schema<DumpMcastForwardingResp> = struct<DumpMcastForwardingResp>({
  entries: list(mcastForwardingReq),
});

export const mcastSubscribeReq: Schema<McastSubscribeReq> = struct<McastSubscribeReq>({
  portName: string,
  group: ipAddr,
  filter: sourceFilter,
});

export const mcastUnsubscribeReq: Schema<McastUnsubscribeReq> = struct<McastUnsubscribeReq>({
  portName: string,
  group: ipAddr,
});

export const mcastUnsubscribeAllReq: Schema<McastUnsubscribeAllReq> = struct<McastUnsubscribeAllReq>({ group: ipAddr });

export const dumpMcastSubscriptionsResp: Schema<DumpMcastSubscriptionsResp> = struct<DumpMcastSubscriptionsResp>({
  entries: list(
    struct<DumpMcastSubscriptionsResp["entries"][number]>({
      underlay: multicastUnderlay,
      subscribers: list(struct<McastSubscriber>({ port: string, filter: sourceFilter })),
    }),
  ),
});
