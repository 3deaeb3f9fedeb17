// Public names of opte-core: the generic engine.

export { LAYER_STAT_FIELDS } from "./layer/layer-stats.js";
export { FLOW_TTL_MS, type FlowEntryDump } from "./layer/layer-flows.js";
export type { LayerSpec } from "./layer/layer.js";
export type { LayerFlowLookUp } from "./layer/layer-flows.js";
export type { LayerObserver } from "./layer/layer-observer.js";
export type { LayerDecision, LayerError } from "./layer/layer-outcome.js";
export { PortBuilder, type LayerPosition } from "./port/builder.js";
export type {
  FlowEntries,
  LayerDescription,
  LayerDump,
  LayerRulesDump,
  RuleDump,
  TcpFlowsDump,
  UftDump,
} from "./port/dump.js";
export type { DumpPage } from "./port/dump-page.js";
export { processStream, type ProcessedFrame } from "./port/frame-stream.js";
export type { DryRunResult } from "./port/dry-run.js";
export type { HandlePacketOutcome, NetworkDefinition } from "./port/network-definition.js";
export { type Port, type PortState, type RulePair } from "./port/port.js";
export type { PortLimits } from "./port/port-assembly.js";
export type { PacketObserver, TcpStep, UnifiedLookUp } from "./port/observer.js";
export { PORT_STAT_FIELDS } from "./port/port-stats.js";
export type { MemoryRoom } from "./flow/memory-room.js";
export { inOneGo } from "./flow/slices.js";
export type { PortCopy, PortSnapshot } from "./port/snapshot/snapshot.js";
export { openSnapshot, sealSnapshot, type SnapshotEnvelope } from "./port/snapshot/snapshot-envelope.js";
export type { SnapshotExtent } from "./port/snapshot/take-image.js";
export type { SnapshotDecoder, SnapshotEncoder } from "./port/snapshot/snapshot-codec.js";
export { SnapshotReader } from "./port/snapshot/snapshot-reader.js";
export type { SnapshotObject, SnapshotValue } from "./port/snapshot/snapshot-value.js";
export {
  freePortsValue,
  natBodyValue,
  natDescriptorValue,
  readFreePorts,
  readNatBody,
  readNatDescriptor,
} from "./port/snapshot/nat-value.js";
export type { ProcessError, ProcessResult } from "./port/process-result.js";
export type { RecordedTransforms } from "./port/uft.js";
export type { TcpFlowDump, TcpStateDump } from "./port/tcp-flows.js";
export type { ClockProvider } from "./provider/clock.js";
export { type LockProvider, OWN_LOCK } from "./provider/lock.js";
export { KMutex } from "./provider/lock/k-mutex.js";
export { KRwLock } from "./provider/lock/k-rw-lock.js";
export type { LockGuard } from "./provider/lock/lock-guard.js";
export { LockReentryError } from "./provider/lock/reentry-error.js";
export { NULL_LOG, type LogLevel, type LogProvider } from "./provider/log.js";
export {
  checkInterval,
  PERIODIC_GRANULARITY_MS,
  type PeriodicProvider,
  type PeriodicTimer,
} from "./provider/periodic.js";
export {
  NULL_PROBES,
  type ProbeLabels,
  type ProbesProvider,
  type ProcessPath,
  type TcpProbeState,
} from "./provider/probes.js";
export type { Providers } from "./provider/providers.js";
export type { RandomProvider } from "./provider/random.js";
export { NULL_STATS, type StatBlock, type StatRegistration, type StatsProvider } from "./provider/stats.js";
export { DROP_REASON_NAMES, DropReason, type ProcessErrorKind, Verdict, VERDICT_NAMES } from "./verdict.js";
export { type FlowId, type FlowInfo, flowIdText, FlowKey } from "./flow/flow-id.js";
export { TCP_STATE_NAMES } from "./flow/tcp-matrix.js";
export { Frame, MAX_FRAME_LEN, MIN_HEADROOM } from "./packet/frame.js";
export { Packet } from "./packet/packet.js";
export { finishSum, sumBytes, sumIpv4Pseudo, sumIpv6Pseudo, writeIpv4Checksum } from "./packet/checksum.js";
export {
  type Action,
  actionText,
  type DefaultAction,
  DONE,
  type Done,
  type FlowDescriptor,
  type Generated,
  type GeneratorError,
  type HairpinGenerator,
  MALFORMED,
  type MetaGenerator,
  REFUSAL,
  type Refusal,
  type StatefulGenerator,
  type StaticGenerator,
} from "./action/action.js";
export { ActionMetadata, INTERNAL_TARGET } from "./action/metadata.js";
export type { DataPredicate } from "./predicate/data-predicate.js";
export type { MacMatch, NumberMatch, Predicate } from "./predicate/predicate.js";
export type { BodyTransform, BodyTransformError } from "./transform/body-transform.js";
export type * from "./transform/header-transform.js";
export { EXTERNAL_IP_APPLIED, ExternalIpTagger, tagExternalIp } from "./action/external-ip-tag.js";
export { Identity } from "./action/identity.js";
export { InboundNat, type IsAssigned, NatDescriptor, OutboundNat } from "./action/nat.js";
export { type ExternalPort, type PortMapping, PortPool, type PortSpan } from "./action/port-pool.js";
export type { FiniteResource, Lease, Obtained } from "./action/resource.js";
export { Snat, SnatPools } from "./action/snat.js";
export { dhcp4MessageType } from "./packet/dhcp4-message.js";
export { matches, matchesData, type MetadataView } from "./predicate/evaluate.js";
export { dataPredicatesEqual, predicatesEqual } from "./predicate/predicate-equality.js";
export { dataPredicateText, predicateText } from "./predicate/predicate-text.js";
export { type FailedPredicate, firstFailure } from "./rule/first-failure.js";
export {
  makeExplicitRule,
  makeRule,
  type Rule,
  type RuleConditions,
  ruleMatches,
  rulesEqual,
  ruleText,
  type RuleText,
} from "./rule/rule.js";
export { type ArpConfig, type ArpOutcome, arpReply } from "./hairpin/arp.js";
export { type DhcpConfig, NO_DHCP_OPTIONS } from "./hairpin/dhcp-config.js";
export {
  DHCP4_CLIENT_PORT,
  DHCP4_SERVER_PORT,
  Dhcp4MessageType,
  Dhcp4Server,
  type Dhcp4ServerConfig,
} from "./hairpin/dhcp4/server.js";
export { Dhcp6Server, type Dhcp6ServerConfig } from "./hairpin/dhcp6/server.js";
export { type IcmpEchoConfig, IcmpEchoReply } from "./hairpin/icmp-echo.js";
export { type Icmpv6EchoConfig, Icmpv6EchoReply } from "./hairpin/icmpv6-echo.js";
export { NdpType } from "./hairpin/ndp/message.js";
export { NeighborAdvertisement, type NeighborAdvertisementConfig } from "./hairpin/ndp/neighbor-advertisement.js";
export { RouterAdvertisement, type RouterAdvertisementConfig } from "./hairpin/ndp/router-advertisement.js";
export { flowCrc32 } from "./flow/flow-hash.js";
export { GENEVE_LEN, GENEVE_PORT, type KnownOptions, nextOption } from "./packet/geneve.js";
export { parseGeneve, parseGuest } from "./packet/parse.js";
export { type Coverage, type Field, type FieldHeader, type FieldId, FIELDS, readField } from "./packet/field-table.js";
export type { CheckedField, HeaderFault, HeaderLabel, ParseError, ParseErrorValue } from "./packet/parse-error.js";
export { validateTransform } from "./transform/validate.js";
