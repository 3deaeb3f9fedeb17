// Schemas of the commands that create ports and change their rules and addresses (spec 05 §4, §5).

import { IpAddr } from "opte-api";
import {
  direction,
  ipAddr,
  ipCidr,
  ipv4Addr,
  ipv6Addr,
  list,
  macAddr,
  option,
  type Schema,
  sortedMap,
  sortedSet,
  string,
  struct,
  u32,
  u64,
  variants,
} from "opte-api/codec";
import type { InternetGatewayMap } from "../external-ip-cfg.js";
import type {
  AddFwRuleIdResp,
  AddFwRuleReq,
  AddRouterEntryReq,
  AllowCidrReq,
  AttachSubnetReq,
  CreateXdeReq,
  DeleteXdeReq,
  DelRouterEntryResp,
  DetachSubnetReq,
  ListPortsResp,
  PortInfo,
  RemFwRuleReq,
  RemoveCidrResp,
  SetExternalIpsReq,
  SetFwRulesReq,
} from "../port-requests.js";
import { firewallRule } from "./firewall-schemas.js";
import { routerClass, routerTarget, uuid } from "./router-schemas.js";
import { attachedSubnetCfg, externalIpv4Cfg, externalIpv6Cfg, vpcCfg } from "./vpc-cfg-schemas.js";

export const listPortsResp: Schema<ListPortsResp> = struct<ListPortsResp>({
  ports: list(
    struct<PortInfo>({
      name: string,
      macAddr,
      ip4Addr: option(ipv4Addr),
      ephemeralIp4Addr: option(ipv4Addr),
      floatingIp4Addrs: option(list(ipv4Addr)),
      ip6Addr: option(ipv6Addr),
      ephemeralIp6Addr: option(ipv6Addr),
      floatingIp6Addrs: option(list(ipv6Addr)),
      state: string,
    }),
  ),
});

export const createXdeReq: Schema<CreateXdeReq> = struct<CreateXdeReq>({
  linkid: u32,
  xdeDevname: string,
  cfg: vpcCfg,
  mtu: option(u32),
});

export const deleteXdeReq: Schema<DeleteXdeReq> = struct<DeleteXdeReq>({ xdeDevname: string });

export const addFwRuleReq: Schema<AddFwRuleReq> = struct<AddFwRuleReq>({ portName: string, rule: firewallRule });

export const addFwRuleIdResp: Schema<AddFwRuleIdResp> = struct<AddFwRuleIdResp>({ id: u64 });

export const remFwRuleReq: Schema<RemFwRuleReq> = struct<RemFwRuleReq>({ portName: string, dir: direction, id: u64 });

export const setFwRulesReq: Schema<SetFwRulesReq> = struct<SetFwRulesReq>({
  portName: string,
  rules: list(firewallRule),
});

export const routerEntryReq: Schema<AddRouterEntryReq> = struct<AddRouterEntryReq>({
  portName: string,
  dest: ipCidr,
  target: routerTarget,
  class: routerClass,
});

export const delRouterEntryResp: Schema<DelRouterEntryResp> = variants<DelRouterEntryResp>({ ok: {}, notFound: {} });

const inetGwMap: Schema<InternetGatewayMap> = sortedMap(
  ipAddr,
  sortedSet(uuid, (a, b) => (a === b ? 0 : a < b ? -1 : 1)),
  (a, b) => IpAddr.compare(a, b),
);

export const setExternalIpsReq: Schema<SetExternalIpsReq> = struct<SetExternalIpsReq>({
  portName: string,
  externalIpsV4: option(externalIpv4Cfg),
  externalIpsV6: option(externalIpv6Cfg),
  inetGwMap: option(inetGwMap),
});

export const cidrReq: Schema<AllowCidrReq> = struct<AllowCidrReq>({ portName: string, cidr: ipCidr, dir: direction });

/** Of taking a prefix away in either way, by RemoveCidr and by DetachSubnet. */
export const removedCidrResp: Schema<RemoveCidrResp> = variants<RemoveCidrResp>({
  ok: { cidr: ipCidr },
  notFound: {},
});

export const attachSubnetReq: Schema<AttachSubnetReq> = struct<AttachSubnetReq>({
  portName: string,
  cidr: ipCidr,
  cfg: attachedSubnetCfg,
});

export const detachSubnetReq: Schema<DetachSubnetReq> = struct<DetachSubnetReq>({ portName: string, cidr: ipCidr });
