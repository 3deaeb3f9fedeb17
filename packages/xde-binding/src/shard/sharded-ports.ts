// Ports spread over threads: each port belongs to one shard wholly, so that no two threads ever share a table.

import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { OpteError, type Direction } from "opte-api";
import {
  decodePostcard,
  encodePostcard,
  opteError,
  type RequestOf,
  type ResponseOf,
  type Schema,
} from "opte-api/codec";
import type { Frame, Verdict } from "opte-core";
import { type PortConfig, portConfigJson, XDE_COMMANDS, type XdeCommands } from "oxide-vpc/api";
import { Bell } from "./bell.js";
import { FrameRing } from "./frame-ring.js";
import { SharedStatsView } from "./shared-stats.js";
import type { ShardReply, ShardRequest, ShardStart } from "./shard-messages.js";

/** Sizes of what each shard shares. */
export interface ShardOptions {
  /** Slots of its ring, a power of two. */
  readonly ringFrames?: number;
  /** Longest frame, in bytes. */
  readonly frameLen?: number;
  /** Counters that its statistics have room for; a port has about 120. */
  readonly statCapacity?: number;
}

/** Commands about one port, and changes of what every port of the sled knows. */
export type ShardCommand = Exclude<
  keyof XdeCommands,
  "CreateXde" | "DeleteXde" | "ListPorts" | "SetXdeUnderlay" | "ClearXdeUnderlay" | "DumpMcastSubscriptions"
>;

/** A port of a shard. */
export interface ShardedPort {
  readonly name: string;
  /** Bears its frames. */
  readonly index: number;
  readonly shard: number;
}

/** Takes what became of a frame. `frame` is lent: it is valid until the call returns. */
export type ShardedFrameReceiver = (port: ShardedPort, dir: Direction, verdict: Verdict, frame: Frame) => void;

interface Shard {
  readonly worker: Worker;
  readonly ring: FrameRing;
  readonly bell: Bell;
  stats: SharedStatsView | undefined;
  ports: number;
  readonly waiting: Map<number, (reply: ShardReply) => void>;
}

/** Ports in worker threads. Frames go to them and come back through rings in shared memory; commands go as messages. */
export class ShardedPorts {
  readonly #shards: readonly Shard[];
  readonly #ports: ShardedPort[] = [];
  readonly #byName = new Map<string, ShardedPort>();
  #lastId = 0;

  private constructor(shards: readonly Shard[]) {
    this.#shards = shards;
  }

  /** Starts the threads. */
  static async start(shards: number, options: ShardOptions = {}): Promise<ShardedPorts> {
    const { ringFrames = 4096, frameLen = 1600, statCapacity = 1 << 17 } = options;
    const started = Array.from({ length: shards }, () => startShard(ringFrames, frameLen, statCapacity));
    const ports = new ShardedPorts(started);
    await Promise.all(started.map((shard) => ports.#listen(shard)));
    return ports;
  }

  /**
   * Makes a port in the shard that has the fewest, starts it, and tells all shards where its guest is and what mappings it comes with.
   *
   * @throws OpteError as `Xde.createPort`
   */
  async open(config: PortConfig): Promise<ShardedPort> {
    const number = this.#shards.reduce((least, { ports }, i) => (ports < this.#shard(least).ports ? i : least), 0);
    const shard = this.#shard(number);
    if (this.#byName.has(config.name)) throw new OpteError({ kind: "PortExists", port: config.name });
    const port: ShardedPort = { name: config.name, index: this.#ports.length, shard: number };
    this.#ports.push(port);
    shard.ports++;
    try {
      await this.#ask(shard, { kind: "open", index: port.index, config: portConfigJson(config) });
    } catch (error) {
      shard.ports--;
      throw error;
    }
    this.#byName.set(port.name, port);
    await this.#learn(config);
    return port;
  }

  /**
   * Sends a command: one that names a port to its shard, any other to all shards, which have the same mappings.
   *
   * @throws OpteError that the command fails with
   */
  async command<Name extends ShardCommand>(
    name: Name,
    request: RequestOf<XdeCommands[Name]>,
  ): Promise<ResponseOf<XdeCommands[Name]>> {
    const { number, request: schema, response } = XDE_COMMANDS[name];
    // Unwrap: the type of the request is the one that the command's schema writes
    const body = schema === undefined ? undefined : encodePostcard(schema as Schema<unknown>, request);
    const replies = await Promise.all(
      this.#shardsOf(request).map((shard) =>
        this.#ask(shard, { kind: "command", number, ...(body === undefined ? {} : { body }) }),
      ),
    );
    const resp = decodePostcard(response as Schema<unknown>, replies[0] ?? new Uint8Array()); // Unwrap: as above
    return resp as ResponseOf<XdeCommands[Name]>; // Unwrap: read by this command's schema
  }

  /** Hands a frame to a port. @returns whether its ring had room */
  offer({ index, shard }: ShardedPort, dir: Direction, frame: Uint8Array): boolean {
    const { ring, bell } = this.#shard(shard);
    const isOffered = ring.offer(index, dir, frame);
    if (isOffered) bell.ring();
    return isOffered;
  }

  /** Takes the frames that have been processed; those of a port come in the order in which they were offered. @returns how many */
  take(receiver: ShardedFrameReceiver): number {
    let count = 0;
    for (const { ring } of this.#shards) {
      count += ring.take((index, dir, verdict, frame) => {
        const port = this.#ports[index];
        if (port !== undefined) receiver(port, dir, verdict, frame);
      });
    }
    return count;
  }

  /** Takes frames until every one that was offered has come back. */
  async drain(receiver: ShardedFrameReceiver): Promise<void> {
    while (this.#shards.some(({ ring }) => ring.size > 0)) {
      if (this.take(receiver) === 0) await nextTurn();
    }
  }

  /** The counters of all ports, by module and name, as of at most 10 ms ago. */
  stats(): ReadonlyMap<string, Readonly<Record<string, number>>> {
    return new Map(this.#shards.flatMap(({ stats }) => [...(stats?.snapshot() ?? [])]));
  }

  /** Ends the threads, and with them the ports. */
  async close(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => this.#ask(shard, { kind: "close" })));
    await Promise.all(this.#shards.map(({ worker }) => worker.terminate()));
  }

  async #learn({ ipCfg, guestMac, physIp, vni, v2p, v2b, m2p }: PortConfig): Promise<void> {
    const phys = { ether: guestMac, ip: physIp, vni };
    const own = [ipCfg.ipv4?.privateIp, ipCfg.ipv6?.privateIp].filter((vip) => vip !== undefined);
    await Promise.all([
      ...own.map((vip) => this.command("SetVirt2Phys", { vip, phys })),
      ...v2p.map((mapping) => this.command("SetVirt2Phys", mapping)),
      ...v2b.map((mapping) => this.command("SetVirt2Boundary", mapping)),
      ...m2p.map((mapping) => this.command("SetMcast2Phys", mapping)),
    ]);
  }

  #shard(number: number): Shard {
    return this.#shards[number] as Shard; // Unwrap: a port's shard is one of these, and there is at least one
  }

  #shardsOf(request: unknown): readonly Shard[] {
    if (typeof request !== "object" || request === null || !("portName" in request)) return this.#shards;
    const name = String(request.portName);
    const port = this.#byName.get(name);
    if (port === undefined) throw new OpteError({ kind: "PortNotFound", port: name });
    return [this.#shard(port.shard)];
  }

  #ask(shard: Shard, request: DistributiveOmit<ShardRequest, "id">): Promise<Uint8Array | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      shard.waiting.set(id, (reply) => {
        if (reply.kind === "failed") reject(decodePostcard(opteError, reply.error));
        else if (reply.kind === "done") resolve(reply.body);
      });
      shard.worker.postMessage({ ...request, id });
      shard.bell.ring();
    });
  }

  #listen(shard: Shard): Promise<void> {
    return new Promise((resolve, reject) => {
      shard.worker.on("error", reject);
      shard.worker.on("message", (reply: ShardReply) => {
        switch (reply.kind) {
          case "started":
            shard.stats = new SharedStatsView(reply.stats);
            resolve();
            break;
          case "block":
          case "noBlock":
            shard.stats?.note(reply);
            break;
          default:
            shard.waiting.get(reply.id)?.(reply);
            shard.waiting.delete(reply.id);
        }
      });
    });
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

function startShard(ringFrames: number, frameLen: number, statCapacity: number): Shard {
  const ring = FrameRing.allocate(ringFrames, frameLen);
  const bell = Bell.memory();
  const start: ShardStart = { ring: ring.memory, bell, statCapacity };
  const worker = new Worker(new URL("./shard-worker.js", import.meta.url), { workerData: start });
  return { worker, ring, bell: new Bell(bell), stats: undefined, ports: 0, waiting: new Map() };
}
