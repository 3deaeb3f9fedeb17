// Lets clients on the same machine talk to a device over a Unix-domain socket. The modes of its file are who may.

import { once } from "node:events";
import { chmodSync } from "node:fs";
import { lstat, mkdir, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { Errno, XDE_OPTE_CMD } from "opte-api";
import type { ClockProvider, PeriodicProvider, PeriodicTimer } from "opte-core";
import { CodecError, type CommandRights, decodeOpteCmdIoctl, encodeOpteCmdIoctl } from "opte-api/codec";
import { longestRequest } from "../ioctl/command-dispatch.js";
import type { DeviceConnection } from "../ioctl/device-connection.js";
import type { XdeEntryPoint } from "../ioctl/dld-ioctl.js";
import { nodeClock } from "../provider/node-clock.js";
import { nodePeriodic } from "../provider/node-periodic.js";
import { type ClientPlace, ClientPlaces } from "./client-places.js";
import { CommandTurns } from "./command-turns.js";
import { ARGUMENT_ADDRESS, FrameMemory } from "./frame-memory.js";
import { answerFrame, type Frame, FrameError, FrameReader } from "./socket-frame.js";

/** Who may do what over a socket. */
export interface UnixSocketOptions {
  readonly path: string;
  /** Of everybody who may open the socket. */
  readonly rights: CommandRights;
  /** Of the socket's file; if absent, 0600 for `configure` and 0660 for `read`. */
  readonly mode?: number;
  /** 256 if absent. When there are so many, the one that is longest idle gives way to a new one, or that one is turned away. */
  readonly maxConnections?: number;
  /** By which clients are idle; Node's if absent. */
  readonly clock?: ClockProvider;
  /** Looks for clients that have begun a frame and do not go on; Node's if absent. */
  readonly periodic?: PeriodicProvider;
}

const MODES: Readonly<Record<CommandRights, number>> = { configure: 0o600, read: 0o660 };
const MAX_CONNECTIONS = 256;
const UNFINISHED_INTERVAL_MS = 1000;

/**
 * Serves clients of one socket, each at its own pace. Of each it reads no more than a little ahead of the command under way, and it reads
 * nothing as long as an answer waits to be taken: a client that is slow or dead costs one request and one answer of memory, and nobody's
 * time.
 */
export class UnixSocketServer {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #timer: PeriodicTimer;

  private constructor(path: string, server: Server, sockets: Set<Socket>, timer: PeriodicTimer) {
    this.path = path;
    this.#server = server;
    this.#sockets = sockets;
    this.#timer = timer;
  }

  /**
   * Makes the socket, its folder too if that does not exist, and takes the place of a socket that nobody listens at any more.
   *
   * @throws Error if somebody does, or the path is that of something else
   */
  static async listen(entryPoint: XdeEntryPoint, options: UnixSocketOptions): Promise<UnixSocketServer> {
    const { path, rights, mode = MODES[rights], maxConnections = MAX_CONNECTIONS } = options;
    const { clock = nodeClock, periodic = nodePeriodic } = options;
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await removeStale(path);
    const sockets = new Set<Socket>();
    const turns = new CommandTurns();
    const places = new ClientPlaces(maxConnections, clock);
    const server = createServer((socket) => {
      const place = places.enter(() => socket.destroy());
      if (place === undefined) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      void serve(socket, { entryPoint, rights, turns }, place).finally(() => {
        sockets.delete(socket);
        places.leave(place);
      });
    });
    const listening = once(server, "listening");
    // Nobody else may get in between the making of the file and the setting of its mode
    const previous = isMainThread ? process.umask(0o177) : undefined;
    server.listen(path);
    if (previous !== undefined) process.umask(previous);
    await listening;
    chmodSync(path, mode);
    const timer = periodic.start("unfinished frames", UNFINISHED_INTERVAL_MS, () => {
      places.endUnfinished();
    });
    return new UnixSocketServer(path, server, sockets, timer);
  }

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Ends all connections and removes the socket. Answers that are under way are lost. */
  async close(): Promise<void> {
    this.#timer.stop();
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** @throws Error unless there is nothing, or a socket that nobody listens at, which is removed */
async function removeStale(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error(`Cannot listen at "${path}": there is something that is no socket`);
  if (await isAlive(path)) throw new Error(`Cannot listen at "${path}": a device is listening there already`);
  await unlink(path);
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    // Of a socket that is not ours to open we do not know, and leave it alone
    return !(error instanceof Error && "code" in error && error.code === "ECONNREFUSED");
  } finally {
    socket.destroy();
  }
}

/** What all clients of a socket share. */
interface Service {
  readonly entryPoint: XdeEntryPoint;
  readonly rights: CommandRights;
  readonly turns: CommandTurns;
}

/** Answers a client's frames in their order until it goes, or sends what is none. Never rejects. */
async function serve(socket: Socket, { entryPoint, rights, turns }: Service, place: ClientPlace): Promise<void> {
  const connection = entryPoint.open(rights);
  const reader = new FrameReader(longestRequest(rights));
  socket.on("error", () => {
    // The connection ends, which is all there is to do
  });
  socket.once("close", () => {
    connection.close();
  });
  try {
    for await (const piece of socket) {
      // Unwrap: a socket without encoding delivers bytes
      for (const frame of reader.push(piece as Uint8Array)) {
        place.work();
        await turns.next();
        const isTaken = socket.write(await answer(frame, entryPoint, connection));
        place.wait(false);
        if (!isTaken) await drained(socket);
        if (socket.destroyed) return;
      }
      place.wait(reader.isWithinFrame);
    }
  } catch (error) {
    const isClientsFault = error instanceof FrameError || (error instanceof Error && "code" in error);
    if (!isClientsFault) entryPoint.onFault(error);
  } finally {
    socket.destroy();
  }
}

async function answer(frame: Frame, entryPoint: XdeEntryPoint, connection: DeviceConnection): Promise<Uint8Array> {
  try {
    const argument = decodeOpteCmdIoctl(frame.argument);
    if (argument.reqLen !== frame.bodyLen) return answerFrame(frame.argument, Errno.EINVAL, new Uint8Array());
    const memory = new FrameMemory(argument, frame.body);
    const errno = await entryPoint.ioctl(XDE_OPTE_CMD, ARGUMENT_ADDRESS, memory, connection);
    const written = decodeOpteCmdIoctl(memory.argument);
    return answerFrame(encodeOpteCmdIoctl({ ...written, reqBytes: 0n, respBytes: 0n }), errno, memory.response);
  } catch (error) {
    if (error instanceof CodecError) return answerFrame(frame.argument, Errno.EINVAL, new Uint8Array());
    throw error;
  }
}

/** Waits until the client has taken what was written, or has gone. */
async function drained(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const done = new AbortController();
  await Promise.race([
    once(socket, "drain", { signal: done.signal }).catch(() => undefined),
    once(socket, "close", { signal: done.signal }).catch(() => undefined),
  ]);
  done.abort();
}
