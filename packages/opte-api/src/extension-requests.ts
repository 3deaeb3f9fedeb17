// Requests of our own that the engine answers for any network, and their responses. The reference has none of them.

import type { Direction } from "./direction.js";
import type { DumpLayerResp, FlowEntriesDump, PortReq, TcpFlowEntryDump } from "./engine-requests.js";
import type { FlowId } from "./flow-id.js";
import type { Uint64 } from "./uint64.js";

export interface ListStatsResp {
  /** In ascending order of module and name. */
  readonly blocks: readonly StatBlockDump[];
}

/** The counters of one port, layer or device. */
export interface StatBlockDump {
  readonly module: string;
  readonly name: string;
  /** In their published order. */
  readonly fields: readonly (readonly [name: string, value: Uint64])[];
}

export interface OpenTraceReq {
  /** Names of the probes to listen to. */
  readonly probes: readonly string[];
  /** Only events of this port. */
  readonly portName?: string;
  /** Only events of this flow, in either direction. */
  readonly flow?: FlowId;
}

/** A trace lives until it is closed, or the connection that opened it ends. */
export interface OpenTraceResp {
  readonly traceId: number;
}

export interface ReadTraceReq {
  readonly traceId: number;
  readonly maxEvents: number;
}

export interface ReadTraceResp {
  /** In the order in which they happened; each is told once. */
  readonly events: readonly TraceEvent[];
  /** Events since the last reading that there was no room to keep. */
  readonly lost: Uint64;
}

/** One firing of a probe. */
export interface TraceEvent {
  readonly probe: string;
  /** By the device's clock. */
  readonly timeMs: Uint64;
  readonly fields: readonly (readonly [name: string, value: TraceValue])[];
}

export type TraceValue =
  | { readonly kind: "number"; readonly number: Uint64 }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

export interface CloseTraceReq {
  readonly traceId: number;
}

/**
 * Asks for a part of a table. The first page begins at cursor 0, each other one at the `next` of the page before. An entry that stays
 * in the table from the first page to the last is on exactly one of them; one that comes or goes meanwhile may be told or not.
 * Entries are in no particular order.
 */
export interface PageReq extends PortReq {
  readonly cursor: number;
  /** Most entries to tell, at least 1; a device may tell fewer. */
  readonly max: number;
}

export interface DumpLayerPageReq extends PageReq {
  /** The layer. */
  readonly name: string;
  readonly dir: Direction;
}

export interface DumpUftPageReq extends PageReq {
  readonly dir: Direction;
}

export type DumpTcpFlowsPageReq = PageReq;

export interface DumpLayerPageResp {
  readonly entries: FlowEntriesDump;
  /** Where the next page begins; absent after the last one. */
  readonly next?: number;
}

export interface DumpUftPageResp extends DumpLayerPageResp {
  /** Most entries that the table holds. */
  readonly limit: number;
  /** Entries that it holds now. */
  readonly numFlows: number;
}

export interface DumpTcpFlowsPageResp {
  readonly entries: readonly (readonly [FlowId, TcpFlowEntryDump])[];
  /** Where the next page begins; absent after the last one. */
  readonly next?: number;
}

/** A layer as `DumpLayerResp` tells it, without its flows. */
export type DumpLayerRulesResp = Omit<DumpLayerResp, "ftIn" | "ftOut">;

/** A snapshot lives until it is closed, or the connection that opened it ends. */
export interface OpenSnapshotResp {
  readonly snapshotId: number;
  /** In bytes. */
  readonly length: number;
}

export interface ReadSnapshotReq {
  readonly snapshotId: number;
  readonly offset: number;
  /** Most bytes to read, at least 1; a device may read fewer. */
  readonly maxBytes: number;
}

export interface ReadSnapshotResp {
  /** Empty only behind the end. */
  readonly bytes: Uint8Array;
}

export interface CloseSnapshotReq {
  readonly snapshotId: number;
}

/** Begins to put a snapshot back in place of what port `portName` has; nothing changes before it is committed. */
export interface OpenRestoreReq extends PortReq {
  /** Of the whole snapshot, in bytes. */
  readonly length: number;
}

/** A restore lives until it is committed, or the connection that opened it ends. */
export interface OpenRestoreResp {
  readonly restoreId: number;
}

export interface WriteRestoreReq {
  readonly restoreId: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface CommitRestoreReq {
  readonly restoreId: number;
}

/** Asks what port `portName` would do with a frame now. Nothing of the port changes. */
export interface ExplainReq extends PortReq {
  readonly dir: Direction;
  readonly frame: Uint8Array;
}

export interface ExplainResp {
  /** What would become of the packet, such as `Modified` or `Drop`. */
  readonly verdict: string;
  /** Why, where the verdict alone does not say. */
  readonly reason?: string;
  /** What happens to the packet, in the order in which it does. */
  readonly steps: readonly ExplainStep[];
  /** The frame that would leave: changed, or the answer to it. */
  readonly frame?: Uint8Array;
}

export interface ExplainStep {
  /** The layer; absent for what happens before and after the layers. */
  readonly layer?: string;
  readonly text: string;
}
