// The thread of a shard: frames first, then messages, then sleep.

import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { Bell } from "./bell.js";
import { FrameRing } from "./frame-ring.js";
import { failed, PortShard } from "./port-shard.js";
import { SharedStats } from "./shared-stats.js";
import type { ShardReply, ShardRequest, ShardStart } from "./shard-messages.js";

/** So that flows expire in time while nothing happens. */
const LONGEST_SLEEP_MS = 500;

if (parentPort === null) throw new Error("A shard runs as a worker");
// Unwrap: the thread that starts a shard hands it this
await run(parentPort, workerData as ShardStart);

async function run(port: MessagePort, start: ShardStart): Promise<void> {
  const say = (reply: ShardReply): void => {
    port.postMessage(reply);
  };
  const notices: ShardReply[] = [];
  const stats = new SharedStats(start.statCapacity, (notice) => notices.push(notice));
  const shard = new PortShard(new FrameRing(start.ring), stats);
  const bell = new Bell(start.bell);
  say({ kind: "started", stats: stats.memory });
  for (;;) {
    const { rings } = bell;
    const count = shard.run();
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      // Unwrap: only the sharded device has the other end
      const request = got.message as ShardRequest;
      if (request.kind === "close") {
        say({ kind: "done", id: request.id });
        return;
      }
      const outcome = await answer(shard, request);
      for (const notice of notices.splice(0)) say(notice);
      stats.publish();
      say({ ...outcome, id: request.id });
    }
    if (count === 0) bell.sleep(rings, LONGEST_SLEEP_MS);
  }
}

async function answer(
  shard: PortShard,
  request: Exclude<ShardRequest, { readonly kind: "close" }>,
): ReturnType<PortShard["command"]> {
  if (request.kind === "command") return shard.command(request.number, request.body);
  try {
    shard.open(request.index, request.config);
    return { kind: "done" };
  } catch (error) {
    return failed(error);
  }
}
