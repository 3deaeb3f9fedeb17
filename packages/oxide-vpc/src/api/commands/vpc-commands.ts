// The commands of the VPC, and all commands of a device (spec 05 §5).

import type { ExtensionCmdName, NoResp, OpteCmdName } from "opte-api";
import {
  type Command,
  command,
  ENGINE_COMMANDS,
  ENGINE_EXTENSIONS,
  type EngineCommands,
  type EngineExtensions,
  type ExtensionCommand,
  extensionCommand,
  noResp,
} from "opte-api/codec";
import type * as mapping from "../mapping-requests.js";
import type * as port from "../port-requests.js";
import {
  dumpMcast2PhysResp,
  dumpVirt2BoundaryResp,
  dumpVirt2PhysResp,
  mcast2PhysReq,
  virt2BoundaryReq,
  virt2PhysReq,
} from "./mapping-schemas.js";
import {
  clearMcastForwardingReq,
  dumpMcastForwardingResp,
  dumpMcastSubscriptionsResp,
  mcastForwardingReq,
  mcastSubscribeReq,
  mcastUnsubscribeAllReq,
  mcastUnsubscribeReq,
} from "./multicast-schemas.js";
import {
  addFwRuleIdResp,
  addFwRuleReq,
  attachSubnetReq,
  cidrReq,
  createXdeReq,
  deleteXdeReq,
  delRouterEntryResp,
  detachSubnetReq,
  listPortsResp,
  remFwRuleReq,
  removedCidrResp,
  routerEntryReq,
  setExternalIpsReq,
  setFwRulesReq,
} from "./port-schemas.js";

/** The commands of the VPC by name. */
export interface VpcCommands {
  readonly ListPorts: Command<undefined, port.ListPortsResp>;
  readonly AddFwRule: Command<port.AddFwRuleReq, NoResp>;
  readonly RemFwRule: Command<port.RemFwRuleReq, NoResp>;
  readonly SetFwRules: Command<port.SetFwRulesReq, NoResp>;
  readonly SetVirt2Phys: Command<mapping.SetVirt2PhysReq, NoResp>;
  readonly DumpVirt2Phys: Command<undefined, mapping.DumpVirt2PhysResp>;
  readonly SetVirt2Boundary: Command<mapping.SetVirt2BoundaryReq, NoResp>;
  readonly ClearVirt2Boundary: Command<mapping.ClearVirt2BoundaryReq, NoResp>;
  readonly DumpVirt2Boundary: Command<undefined, mapping.DumpVirt2BoundaryResp>;
  readonly ClearVirt2Phys: Command<mapping.ClearVirt2PhysReq, NoResp>;
  readonly AddRouterEntry: Command<port.AddRouterEntryReq, NoResp>;
  readonly DelRouterEntry: Command<port.DelRouterEntryReq, port.DelRouterEntryResp>;
  readonly CreateXde: Command<port.CreateXdeReq, NoResp>;
  readonly DeleteXde: Command<port.DeleteXdeReq, NoResp>;
  readonly SetExternalIps: Command<port.SetExternalIpsReq, NoResp>;
  readonly AllowCidr: Command<port.AllowCidrReq, NoResp>;
  readonly RemoveCidr: Command<port.RemoveCidrReq, port.RemoveCidrResp>;
  readonly AttachSubnet: Command<port.AttachSubnetReq, NoResp>;
  readonly DetachSubnet: Command<port.DetachSubnetReq, port.DetachSubnetResp>;
  readonly SetMcastForwarding: Command<mapping.SetMcastForwardingReq, NoResp>;
  readonly ClearMcastForwarding: Command<mapping.ClearMcastForwardingReq, NoResp>;
  readonly DumpMcastForwarding: Command<undefined, mapping.DumpMcastForwardingResp>;
  readonly McastSubscribe: Command<port.McastSubscribeReq, NoResp>;
  readonly McastUnsubscribe: Command<port.McastUnsubscribeReq, NoResp>;
  readonly SetMcast2Phys: Command<mapping.SetMcast2PhysReq, NoResp>;
  readonly ClearMcast2Phys: Command<mapping.ClearMcast2PhysReq, NoResp>;
  readonly DumpMcastSubscriptions: Command<undefined, mapping.DumpMcastSubscriptionsResp>;
  readonly McastUnsubscribeAll: Command<port.McastUnsubscribeAllReq, NoResp>;
  readonly DumpMcast2Phys: Command<undefined, mapping.DumpMcast2PhysResp>;
}

/** Our own commands of the VPC by name. */
export interface VpcExtensions {
  readonly AddFwRuleId: ExtensionCommand<port.AddFwRuleReq, port.AddFwRuleIdResp>;
}

/** All commands of the reference's device by name. */
export type XdeCommands = { readonly [Name in OpteCmdName]: (EngineCommands & VpcCommands)[Name] };

/** Our own commands by name: those that the reference's device does not have. */
export type XdeExtensions = { readonly [Name in ExtensionCmdName]: (EngineExtensions & VpcExtensions)[Name] };

/** Any command of our device, the reference's and our own. */
export type XdeCommand = XdeCommands[OpteCmdName] | XdeExtensions[ExtensionCmdName];

/** The commands of the VPC, in the order of their numbers. */
export const VPC_COMMANDS: VpcCommands = {
  ListPorts: command("ListPorts", "read", undefined, listPortsResp),
  AddFwRule: command("AddFwRule", "configure", addFwRuleReq, noResp),
  RemFwRule: command("RemFwRule", "configure", remFwRuleReq, noResp),
  SetFwRules: command("SetFwRules", "configure", setFwRulesReq, noResp),
  SetVirt2Phys: command("SetVirt2Phys", "configure", virt2PhysReq, noResp),
  DumpVirt2Phys: command("DumpVirt2Phys", "read", undefined, dumpVirt2PhysResp),
  SetVirt2Boundary: command("SetVirt2Boundary", "configure", virt2BoundaryReq, noResp),
  ClearVirt2Boundary: command("ClearVirt2Boundary", "configure", virt2BoundaryReq, noResp),
  DumpVirt2Boundary: command("DumpVirt2Boundary", "read", undefined, dumpVirt2BoundaryResp),
  ClearVirt2Phys: command("ClearVirt2Phys", "configure", virt2PhysReq, noResp),
  AddRouterEntry: command("AddRouterEntry", "configure", routerEntryReq, noResp),
  DelRouterEntry: command("DelRouterEntry", "configure", routerEntryReq, delRouterEntryResp),
  CreateXde: command("CreateXde", "configure", createXdeReq, noResp),
  DeleteXde: command("DeleteXde", "configure", deleteXdeReq, noResp),
  SetExternalIps: command("SetExternalIps", "configure", setExternalIpsReq, noResp),
  AllowCidr: command("AllowCidr", "configure", cidrReq, noResp),
  RemoveCidr: command("RemoveCidr", "configure", cidrReq, removedCidrResp),
  AttachSubnet: command("AttachSubnet", "configure", attachSubnetReq, noResp),
  DetachSubnet: command("DetachSubnet", "configure", detachSubnetReq, removedCidrResp),
  SetMcastForwarding: command("SetMcastForwarding", "configure", mcastForwardingReq, noResp),
  ClearMcastForwarding: command("ClearMcastForwarding", "configure", clearMcastForwardingReq, noResp),
  DumpMcastForwarding: command("DumpMcastForwarding", "read", undefined, dumpMcastForwardingResp),
  McastSubscribe: command("McastSubscribe", "configure", mcastSubscribeReq, noResp),
  McastUnsubscribe: command("McastUnsubscribe", "configure", mcastUnsubscribeReq, noResp),
  SetMcast2Phys: command("SetMcast2Phys", "configure", mcast2PhysReq, noResp),
  ClearMcast2Phys: command("ClearMcast2Phys", "configure", mcast2PhysReq, noResp),
  DumpMcastSubscriptions: command("DumpMcastSubscriptions", "read", undefined, dumpMcastSubscriptionsResp),
  McastUnsubscribeAll: command("McastUnsubscribeAll", "configure", mcastUnsubscribeAllReq, noResp),
  DumpMcast2Phys: command("DumpMcast2Phys", "read", undefined, dumpMcast2PhysResp),
};

/** Our own commands of the VPC. */
export const VPC_EXTENSIONS: VpcExtensions = {
  AddFwRuleId: extensionCommand("AddFwRuleId", "configure", addFwRuleReq, addFwRuleIdResp),
};

/** All commands of the reference's device: with {@link XDE_EXTENSIONS} the table from which dispatch, clients and checks follow. */
export const XDE_COMMANDS: XdeCommands = { ...ENGINE_COMMANDS, ...VPC_COMMANDS };

/** All commands of our own; never sent to a real xde. */
export const XDE_EXTENSIONS: XdeExtensions = { ...ENGINE_EXTENSIONS, ...VPC_EXTENSIONS };

/** The command with this number, the reference's or our own, if there is one. */
export function xdeCommand(number: number): XdeCommand | undefined {
  return BY_NUMBER.get(number);
}

const BY_NUMBER: ReadonlyMap<number, XdeCommand> = new Map(
  [...Object.values(XDE_COMMANDS), ...Object.values(XDE_EXTENSIONS)].map((descriptor) => [
    descriptor.number,
    descriptor,
  ]),
);
