// What a sharded device and its shards say to each other.

import type { JsonObject } from "oxide-vpc/api";
import type { BlockNotice } from "./shared-stats.js";

/** What a shard is started with. */
export interface ShardStart {
  /** Of a `FrameRing`. */
  readonly ring: SharedArrayBuffer;
  /** Two words: the shard sleeps while the first one stays as it was; a 1 in the second tells that it sleeps. */
  readonly bell: SharedArrayBuffer;
  /** Values that its statistics have room for. */
  readonly statCapacity: number;
}

/** To a shard; it answers each with the same `id`, in their order. */
export type ShardRequest = { readonly id: number } & (
  | {
      /** Makes a port, under a number that its frames bear, and starts it; its mappings come as commands, to every shard. */
      readonly kind: "open";
      readonly index: number;
      readonly config: JsonObject;
    }
  | {
      readonly kind: "command";
      readonly number: number;
      /** The request as in an ioctl, if the command has one. */
      readonly body?: Uint8Array;
    }
  | { readonly kind: "close" }
);

/** From a shard. */
export type ShardReply =
  | { readonly kind: "started"; readonly stats: SharedArrayBuffer }
  | { readonly kind: "done"; readonly id: number; readonly body?: Uint8Array }
  | {
      readonly kind: "failed";
      readonly id: number;
      /** An `OpteError` as in an ioctl. */
      readonly error: Uint8Array;
    }
  | BlockNotice;
