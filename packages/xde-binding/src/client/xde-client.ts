// The client of a device: a method for each command.

import type {
  ClearLftReq,
  ClearUftReq,
  CloseSnapshotReq,
  CloseTraceReq,
  CommitRestoreReq,
  DumpLayerReq,
  DumpLayerResp,
  DumpTcpFlowsReq,
  DumpTcpFlowsResp,
  DumpUftReq,
  DumpUftResp,
  ExplainReq,
  ExplainResp,
  ListLayersReq,
  ListLayersResp,
  ListStatsResp,
  NoResp,
  OpenRestoreReq,
  OpenRestoreResp,
  OpenSnapshotResp,
  OpenTraceReq,
  OpenTraceResp,
  PortReq,
  ReadSnapshotReq,
  ReadSnapshotResp,
  ReadTraceReq,
  ReadTraceResp,
  SetXdeUnderlayReq,
  WriteRestoreReq,
} from "opte-api";
import type {
  AddFwRuleIdResp,
  AddFwRuleReq,
  AddRouterEntryReq,
  AllowCidrReq,
  AttachSubnetReq,
  ClearMcast2PhysReq,
  ClearMcastForwardingReq,
  ClearVirt2BoundaryReq,
  ClearVirt2PhysReq,
  CreateXdeReq,
  DelRouterEntryReq,
  DelRouterEntryResp,
  DeleteXdeReq,
  DetachSubnetReq,
  DetachSubnetResp,
  DumpMcast2PhysResp,
  DumpMcastForwardingResp,
  DumpMcastSubscriptionsResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
  ListPortsResp,
  McastSubscribeReq,
  McastUnsubscribeAllReq,
  McastUnsubscribeReq,
  RemFwRuleReq,
  RemoveCidrReq,
  RemoveCidrResp,
  SetExternalIpsReq,
  SetFwRulesReq,
  SetMcast2PhysReq,
  SetMcastForwardingReq,
  SetVirt2BoundaryReq,
  SetVirt2PhysReq,
} from "oxide-vpc/api";
import type { Transport } from "./transport.js";
import { type CallOptions, type ClientOptions, CommandCaller } from "./command-caller.js";
import { PagedDump } from "./paged-dump.js";

/**
 * Talks to a device. Every method throws XdeClientError: `CommandError` if the device refused. Commands are sent in the order of the calls.
 * Those of our own, which come last, throw `NotSupported` where the device is a real xde.
 */
export class XdeClient extends CommandCaller {
  readonly #dumps: PagedDump;

  constructor(transport: Transport, options?: ClientOptions) {
    super(transport, options);
    this.#dumps = new PagedDump(this);
  }

  /** The ports, in ascending order of VNI and MAC address. */
  listPorts(options?: CallOptions): Promise<ListPortsResp> {
    return this.call("ListPorts", undefined, options);
  }

  /** Creates a port. */
  createXde(req: CreateXdeReq, options?: CallOptions): Promise<NoResp> {
    return this.call("CreateXde", req, options);
  }

  /** Deletes a port. */
  deleteXde(req: DeleteXdeReq, options?: CallOptions): Promise<NoResp> {
    return this.call("DeleteXde", req, options);
  }

  /** Names the two links to the underlay. */
  setXdeUnderlay(req: SetXdeUnderlayReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetXdeUnderlay", req, options);
  }

  /** Lets go of the links to the underlay. */
  clearXdeUnderlay(options?: CallOptions): Promise<NoResp> {
    return this.call("ClearXdeUnderlay", undefined, options);
  }

  /** Adds a firewall rule; `addFwRuleId` tells its id too. */
  addFwRule(req: AddFwRuleReq, options?: CallOptions): Promise<NoResp> {
    return this.call("AddFwRule", req, options);
  }

  /** Removes a firewall rule by its id. */
  remFwRule(req: RemFwRuleReq, options?: CallOptions): Promise<NoResp> {
    return this.call("RemFwRule", req, options);
  }

  /** Puts these firewall rules in place of all that there are. */
  setFwRules(req: SetFwRulesReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetFwRules", req, options);
  }

  /** A port's layers, as outbound packets pass them. */
  listLayers(req: ListLayersReq, options?: CallOptions): Promise<ListLayersResp> {
    return this.call("ListLayers", req, options);
  }

  /** Empties a port's unified flow table. */
  clearUft(req: ClearUftReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearUft", req, options);
  }

  /** Empties the flow table of a layer. */
  clearLft(req: ClearLftReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearLft", req, options);
  }

  /** Says on which sled a guest is. */
  setVirt2Phys(req: SetVirt2PhysReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetVirt2Phys", req, options);
  }

  /** Forgets on which sled a guest is. */
  clearVirt2Phys(req: ClearVirt2PhysReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearVirt2Phys", req, options);
  }

  /** On which sled each guest is. */
  dumpVirt2Phys(options?: CallOptions): Promise<DumpVirt2PhysResp> {
    return this.call("DumpVirt2Phys", undefined, options);
  }

  /** Adds tunnel endpoints through which a prefix is reached. */
  setVirt2Boundary(req: SetVirt2BoundaryReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetVirt2Boundary", req, options);
  }

  /** Removes tunnel endpoints of a prefix. */
  clearVirt2Boundary(req: ClearVirt2BoundaryReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearVirt2Boundary", req, options);
  }

  /** Through which tunnel endpoints each prefix is reached. */
  dumpVirt2Boundary(options?: CallOptions): Promise<DumpVirt2BoundaryResp> {
    return this.call("DumpVirt2Boundary", undefined, options);
  }

  /** Adds a route. */
  addRouterEntry(req: AddRouterEntryReq, options?: CallOptions): Promise<NoResp> {
    return this.call("AddRouterEntry", req, options);
  }

  /** Removes a route. */
  delRouterEntry(req: DelRouterEntryReq, options?: CallOptions): Promise<DelRouterEntryResp> {
    return this.call("DelRouterEntry", req, options);
  }

  /** Puts these external addresses in place of all that there are. */
  setExternalIps(req: SetExternalIpsReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetExternalIps", req, options);
  }

  /** Lets a guest send from, or receive for, addresses that are not its own. */
  allowCidr(req: AllowCidrReq, options?: CallOptions): Promise<NoResp> {
    return this.call("AllowCidr", req, options);
  }

  /** Takes that back. */
  removeCidr(req: RemoveCidrReq, options?: CallOptions): Promise<RemoveCidrResp> {
    return this.call("RemoveCidr", req, options);
  }

  /** Attaches a subnet to a port. */
  attachSubnet(req: AttachSubnetReq, options?: CallOptions): Promise<NoResp> {
    return this.call("AttachSubnet", req, options);
  }

  /** Detaches a subnet from a port. */
  detachSubnet(req: DetachSubnetReq, options?: CallOptions): Promise<DetachSubnetResp> {
    return this.call("DetachSubnet", req, options);
  }

  /** Maps a group to the underlay. */
  setMcast2Phys(req: SetMcast2PhysReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetMcast2Phys", req, options);
  }

  /** Forgets the mapping of a group. */
  clearMcast2Phys(req: ClearMcast2PhysReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearMcast2Phys", req, options);
  }

  /** The mapping of each group. */
  dumpMcast2Phys(options?: CallOptions): Promise<DumpMcast2PhysResp> {
    return this.call("DumpMcast2Phys", undefined, options);
  }

  /** Adds next hops of an underlay group, or changes them. */
  setMcastForwarding(req: SetMcastForwardingReq, options?: CallOptions): Promise<NoResp> {
    return this.call("SetMcastForwarding", req, options);
  }

  /** Removes all next hops of an underlay group. */
  clearMcastForwarding(req: ClearMcastForwardingReq, options?: CallOptions): Promise<NoResp> {
    return this.call("ClearMcastForwarding", req, options);
  }

  /** The next hops of each underlay group. */
  dumpMcastForwarding(options?: CallOptions): Promise<DumpMcastForwardingResp> {
    return this.call("DumpMcastForwarding", undefined, options);
  }

  /** Subscribes a port to a group. */
  mcastSubscribe(req: McastSubscribeReq, options?: CallOptions): Promise<NoResp> {
    return this.call("McastSubscribe", req, options);
  }

  /** Ends the subscription of a port to a group. */
  mcastUnsubscribe(req: McastUnsubscribeReq, options?: CallOptions): Promise<NoResp> {
    return this.call("McastUnsubscribe", req, options);
  }

  /** Ends the subscriptions of all ports to a group. */
  mcastUnsubscribeAll(req: McastUnsubscribeAllReq, options?: CallOptions): Promise<NoResp> {
    return this.call("McastUnsubscribeAll", req, options);
  }

  /** The subscribers of each group. */
  dumpMcastSubscriptions(options?: CallOptions): Promise<DumpMcastSubscriptionsResp> {
    return this.call("DumpMcastSubscriptions", undefined, options);
  }

  /** A layer: its rules, and the flows in its flow table. By pages where the device has them: then not of one moment. */
  dumpLayer(req: DumpLayerReq, options?: CallOptions): Promise<DumpLayerResp> {
    return this.#dumps.layer(req, options);
  }

  /** A port's unified flow table; as {@link dumpLayer}. */
  dumpUft(req: DumpUftReq, options?: CallOptions): Promise<DumpUftResp> {
    return this.#dumps.uft(req, options);
  }

  /** A port's TCP flows; as {@link dumpLayer}. */
  dumpTcpFlows(req: DumpTcpFlowsReq, options?: CallOptions): Promise<DumpTcpFlowsResp> {
    return this.#dumps.tcpFlows(req, options);
  }

  /** Adds a firewall rule, and tells its id. */
  addFwRuleId(req: AddFwRuleReq, options?: CallOptions): Promise<AddFwRuleIdResp> {
    return this.call("AddFwRuleId", req, options);
  }

  /** The counters of the device, its ports and their layers. */
  listStats(options?: CallOptions): Promise<ListStatsResp> {
    return this.call("ListStats", undefined, options);
  }

  /** Begins to record the events of some probes. */
  openTrace(req: OpenTraceReq, options?: CallOptions): Promise<OpenTraceResp> {
    return this.call("OpenTrace", req, options);
  }

  /** The events recorded since the last reading. */
  readTrace(req: ReadTraceReq, options?: CallOptions): Promise<ReadTraceResp> {
    return this.call("ReadTrace", req, options);
  }

  /** Ends a recording. */
  closeTrace(req: CloseTraceReq, options?: CallOptions): Promise<NoResp> {
    return this.call("CloseTrace", req, options);
  }

  /** Takes a snapshot of a port, for reading it piece by piece. */
  openSnapshot(req: PortReq, options?: CallOptions): Promise<OpenSnapshotResp> {
    return this.call("OpenSnapshot", req, options);
  }

  /** A piece of a snapshot. */
  readSnapshot(req: ReadSnapshotReq, options?: CallOptions): Promise<ReadSnapshotResp> {
    return this.call("ReadSnapshot", req, options);
  }

  /** Lets go of a snapshot. */
  closeSnapshot(req: CloseSnapshotReq, options?: CallOptions): Promise<NoResp> {
    return this.call("CloseSnapshot", req, options);
  }

  /** Begins to put a snapshot in place of what a port has. */
  openRestore(req: OpenRestoreReq, options?: CallOptions): Promise<OpenRestoreResp> {
    return this.call("OpenRestore", req, options);
  }

  /** A piece of the snapshot. */
  writeRestore(req: WriteRestoreReq, options?: CallOptions): Promise<NoResp> {
    return this.call("WriteRestore", req, options);
  }

  /** Puts the snapshot in place. */
  commitRestore(req: CommitRestoreReq, options?: CallOptions): Promise<NoResp> {
    return this.call("CommitRestore", req, options);
  }

  /** What a port would do with a frame, and why; nothing of the port changes. */
  explain(req: ExplainReq, options?: CallOptions): Promise<ExplainResp> {
    return this.call("Explain", req, options);
  }
}
