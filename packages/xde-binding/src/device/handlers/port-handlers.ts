// Commands about one port (spec 05 §6).

import { DEFAULT_MTU, defaultLimits, type PortInfo, type XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../../ioctl/handlers.js";
import type { Sled } from "../sled.js";
import { noResp } from "./no-resp.js";
import type { XdePort } from "../xde-port.js";

export type PortHandlers = Pick<
  CommandHandlers<XdeCommands>,
  | "ListPorts"
  | "CreateXde"
  | "DeleteXde"
  | "AddFwRule"
  | "RemFwRule"
  | "SetFwRules"
  | "AddRouterEntry"
  | "DelRouterEntry"
  | "SetExternalIps"
  | "AllowCidr"
  | "RemoveCidr"
  | "AttachSubnet"
  | "DetachSubnet"
>;

export function portHandlers(sled: Sled): PortHandlers {
  const vpc = (portName: string): XdePort["vpc"] => sled.port(portName).vpc;
  return {
    ListPorts: () => ({ ports: sled.ports.ordered.map(portInfo) }),
    // The link id is that of an operating system's data-link layer, which a userspace device has not.
    CreateXde: noResp(({ xdeDevname: name, cfg, mtu = DEFAULT_MTU }) => {
      sled.createPort({ ...cfg, name, mtu, limits: defaultLimits(cfg.ipCfg) });
    }),
    DeleteXde: noResp(({ xdeDevname }) => {
      sled.deletePort(xdeDevname);
    }),
    AddFwRule: noResp(({ portName, rule }) => {
      vpc(portName).addFirewallRule(rule);
    }),
    RemFwRule: noResp(({ portName, dir, id }) => {
      vpc(portName).removeFirewallRule(dir, id);
    }),
    SetFwRules: noResp(({ portName, rules }) => {
      vpc(portName).setFirewallRules(rules);
    }),
    AddRouterEntry: noResp(({ portName, ...entry }) => {
      vpc(portName).addRouterEntry(entry);
    }),
    DelRouterEntry: ({ portName, ...entry }) => vpc(portName).delRouterEntry(entry),
    SetExternalIps: noResp(({ portName, ...externalIps }) => {
      vpc(portName).setExternalIps(externalIps);
    }),
    AllowCidr: noResp(({ portName, cidr, dir }) => {
      vpc(portName).allowCidr(cidr, dir);
    }),
    RemoveCidr: ({ portName, cidr, dir }) => vpc(portName).removeCidr(cidr, dir),
    AttachSubnet: noResp(({ portName, cidr, cfg }) => {
      vpc(portName).attachSubnet(cidr, cfg);
    }),
    DetachSubnet: ({ portName, cidr }) => vpc(portName).detachSubnet(cidr),
  };
}

function portInfo({ name, mac, vpc, engine }: XdePort): PortInfo {
  const { ipv4, ipv6 } = vpc.cfg.ipCfg;
  return {
    name,
    macAddr: mac,
    ...(ipv4 && { ip4Addr: ipv4.privateIp, floatingIp4Addrs: ipv4.externalIps.floatingIps }),
    ...(ipv4?.externalIps.ephemeralIp && { ephemeralIp4Addr: ipv4.externalIps.ephemeralIp }),
    ...(ipv6 && { ip6Addr: ipv6.privateIp, floatingIp6Addrs: ipv6.externalIps.floatingIps }),
    ...(ipv6?.externalIps.ephemeralIp && { ephemeralIp6Addr: ipv6.externalIps.ephemeralIp }),
    state: engine.state,
  };
}
