// Server and client over real sockets.

import { once } from "node:events";
import { mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { API_VERSION, Errno, NO_RESP, OpteCmd, type OpteError } from "opte-api";
import { BodyFormat, decodeBody, encodeBody, opteError, type OpteCmdIoctl } from "opte-api/codec";
import type { PeriodicTimer } from "opte-core";
import { XDE_COMMANDS } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlersOf } from "../../test/handlers-of.js";
import { usedHeap } from "../../test/heap.js";
import { XdeClient, XdeClientError, XdeEntryPoint } from "../in-process/index.js";
import { type Frame, FrameReader, readAnswer, requestFrame } from "./socket-frame.js";
import { type UnixSocketOptions, UnixSocketServer } from "./unix-socket-server.js";
import { UnixSocketTransport } from "./unix-socket-transport.js";

const HUGE = "x".repeat(4 * 2 ** 20);
const { Cbor, Postcard } = BodyFormat;

let folder: string;
let path: string;
let servers: UnixSocketServer[];
let clients: { close(): void }[];
let cleared: string[];
let hugeListed: number;
let released: number;
let entryPoint: XdeEntryPoint;
let release: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xde-"));
  path = join(folder, "opte", "xde.sock");
  servers = [];
  clients = [];
  cleared = [];
  hugeListed = 0;
  released = 0;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  entryPoint = new XdeEntryPoint(
    handlersOf({
      ListPorts: () => ({ ports: [] }),
      ListLayers: ({ portName }) => {
        const isHuge = portName === "huge";
        if (isHuge) hugeListed++;
        const name = isHuge ? HUGE : portName;
        return { layers: [{ name, rulesIn: 0, rulesOut: 0, defaultIn: "", defaultOut: "", flows: 0 }] };
      },
      ClearUft: async ({ portName }, caller) => {
        caller?.onClose(() => released++);
        cleared.push(portName);
        if (portName === "slow") await blocked;
        return NO_RESP;
      },
    }),
  );
});

afterEach(async () => {
  release();
  for (const client of clients) client.close();
  for (const server of servers) await server.close();
  await rm(folder, { recursive: true });
});

async function serve(options: Partial<UnixSocketOptions> = {}): Promise<UnixSocketServer> {
  const server = await UnixSocketServer.listen(entryPoint, { path, rights: "configure", ...options });
  servers.push(server);
  return server;
}

function client(firstRespLen?: number): XdeClient {
  const made = new XdeClient(new UnixSocketTransport(path), firstRespLen === undefined ? {} : { firstRespLen });
  clients.push(made);
  return made;
}

/** A client in another language: bytes over a socket. */
class RawClient {
  readonly socket: Socket;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];

  constructor() {
    this.socket = connect(path);
    this.socket.on("error", () => undefined);
    this.socket.on("data", (piece: Uint8Array) => {
      this.#frames.push(...this.#reader.push(piece));
      this.socket.emit("frame");
    });
    clients.push({ close: () => this.socket.destroy() });
  }

  send(cmd: number, body: Uint8Array, change: Partial<OpteCmdIoctl> = {}): void {
    this.socket.write(requestFrame({ ...ARGUMENT, cmd, reqLen: body.length, ...change }, body));
  }

  async receive(): Promise<ReturnType<typeof readAnswer> & { readonly body: Uint8Array }> {
    while (this.#frames.length === 0) await once(this.socket, "frame");
    // Unwrap: there is a frame
    const frame = this.#frames.shift() as Frame;
    return { ...readAnswer(frame), body: frame.body };
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, "close");
  }
}

const ARGUMENT: OpteCmdIoctl = {
  apiVersion: API_VERSION,
  cmd: OpteCmd.ListPorts,
  flags: 0,
  reserved1: Cbor,
  reqBytes: 0n,
  reqLen: 0,
  respBytes: 0n,
  respLen: 16_384,
  respLenNeeded: 0,
};

function portReq(portName: string, format: BodyFormat = Cbor): Uint8Array {
  return encodeBody(format, XDE_COMMANDS.ListLayers.request, { portName });
}

/** The error that a client is answered with next. */
async function errorOf(raw: RawClient): Promise<OpteError["payload"]> {
  return decodeBody(Cbor, opteError, (await raw.receive()).body).payload;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

describe("a client", () => {
  it("gets its answers, long ones in several attempts", async () => {
    await serve();
    const xde = client();
    expect(await xde.listPorts()).toEqual({ ports: [] });
    expect((await xde.listLayers({ portName: "huge" })).layers).toMatchObject([{ name: HUGE }]);
    await expect(xde.dumpVirt2Phys()).rejects.toThrow(/PortNotFound/);
  });

  it("has a command carried out once, however small its buffer", async () => {
    await serve();
    await client(0).clearUft({ portName: "opte0" });
    expect(cleared).toEqual(["opte0"]);
  });

  it("may only read over a socket with read rights", async () => {
    await serve({ rights: "read" });
    const xde = client();
    expect(await xde.listPorts()).toEqual({ ports: [] });
    await expect(xde.clearUft({ portName: "opte0" })).rejects.toHaveProperty("cause.errno", Errno.EPERM);
    expect(cleared).toEqual([]);
  });

  it("finds no device where there is no socket, or nobody listens", async () => {
    await expect(client().listPorts()).rejects.toMatchObject({ fault: { kind: "DriverNotAttached", path } });
    const server = await serve();
    await server.close();
    servers = [];
    await leaveStaleSocket();
    await expect(client().listPorts()).rejects.toMatchObject({ kind: "DriverNotAttached" });
  });

  it("learns that a command's effect is unknown if the device goes before it answers, and connects anew", async () => {
    const server = await serve();
    const xde = client();
    const call = xde.clearUft({ portName: "slow" });
    await until(() => cleared.length === 1);
    servers = [];
    await Promise.all([
      expect(call).rejects.toThrow("The connection ended before the answer came: the command's effect is unknown"),
      server.close(),
    ]);
    await serve();
    expect(await xde.listPorts()).toEqual({ ports: [] });
  });

  it("does not repeat over a new connection a command whose answer was left on the old one", async () => {
    const server = await serve();
    const transport = new UnixSocketTransport(path);
    clients.push(transport);
    const body = portReq("opte0");
    const argument = { ...ARGUMENT, cmd: OpteCmd.ClearUft, reqLen: body.length, respLen: 0 };
    expect(await transport.ioctl({ argument, body, isRetry: false })).toMatchObject({ errno: Errno.ENOBUFS });
    servers = [];
    await server.close();
    await serve();
    const retry = transport.ioctl({ argument: { ...argument, respLen: 100 }, body, isRetry: true });
    await expect(retry).rejects.toThrow("the command was carried out");
    expect(cleared).toEqual(["opte0"]);
  });

  it("that is closed connects no more, and leaves what it has opened", async () => {
    const server = await serve();
    const xde = client();
    await xde.clearUft({ portName: "opte0" });
    xde.close();
    await until(() => server.connections === 0 && released === 1);
    await expect(xde.listPorts()).rejects.toThrow("The client has been closed");
  });

  it.each<[string, Uint8Array]>([
    ["no frame", Uint8Array.of(0, 0, 0, 1)],
    ["an argument out of range", Uint8Array.of(0, 0, 0, 72, ...new Uint8Array(72).fill(0xff))],
  ])("says so if the device answers with %s", async (_what, bytes) => {
    path = join(folder, "liar.sock");
    const liar = createServer((socket) => {
      socket.on("data", () => socket.write(bytes));
    }).listen(path);
    await once(liar, "listening");
    const xde = client();
    await expect(xde.listPorts()).rejects.toThrow("The device's answer makes no sense");
    xde.close();
    liar.close();
    await once(liar, "close");
  });
});

describe("the socket", () => {
  it.each<[UnixSocketOptions["rights"], number | undefined, number]>([
    ["configure", undefined, 0o600],
    ["read", undefined, 0o660],
    ["read", 0o666, 0o666],
  ])("for %s, mode %s, has mode %d", async (rights, mode, expected) => {
    await serve({ rights, ...(mode !== undefined && { mode }) });
    expect((await stat(path)).mode & 0o777).toBe(expected);
  });

  it("goes with its server, and takes the place of one that was left behind", async () => {
    await (await serve()).close();
    servers = [];
    expect(await readdir(join(folder, "opte"))).toEqual([]);
    await leaveStaleSocket();
    await serve();
    expect(await client().listPorts()).toEqual({ ports: [] });
  });

  it("is not taken from a device that listens, nor is anything else replaced", async () => {
    await serve();
    await expect(serve()).rejects.toThrow("a device is listening there already");
    const file = join(folder, "file");
    await writeFile(file, "precious");
    await expect(serve({ path: file })).rejects.toThrow("there is something that is no socket");
    expect(await client().listPorts()).toEqual({ ports: [] });
  });

  it("is for so many clients and no more", async () => {
    await serve({ maxConnections: 1 });
    const xde = client();
    await xde.listPorts();
    const error: unknown = await client()
      .listPorts()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(XdeClientError);
    expect(await xde.listPorts()).toEqual({ ports: [] });
  });
});

describe("clients that hold a place", () => {
  const MINUTE_MS = 60_000;
  let nowMs: number;
  let tick: () => void;

  /** A server in virtual time. */
  async function serveInTime(maxConnections: number): Promise<UnixSocketServer> {
    nowMs = 0;
    const clock = { nowMs: () => nowMs };
    const periodic = {
      start: (_name: string, _intervalMs: number, callback: () => void): PeriodicTimer => {
        tick = callback;
        const stop = (): void => undefined;
        return { stop };
      },
    };
    return serve({ maxConnections, clock, periodic });
  }

  it("and do nothing with it give way to one that asks something, however many they are", async () => {
    const server = await serveInTime(256);
    const silent = Array.from({ length: 256 }, () => new RawClient());
    await until(() => server.connections === 256);
    await expect(client().listPorts()).rejects.toBeInstanceOf(XdeClientError);
    nowMs = MINUTE_MS;
    const asking = Array.from({ length: 10 }, () => client());
    for (const xde of asking) expect(await xde.listPorts()).toEqual({ ports: [] });
    expect(silent.filter(({ socket }) => socket.destroyed || socket.closed)).toHaveLength(10);
  });

  it("and begin a frame but do not go on lose it after half a minute, others do not", async () => {
    const server = await serveInTime(256);
    const idle = client();
    await idle.listPorts();
    const half = new RawClient();
    half.socket.write(requestFrame({ ...ARGUMENT, reqLen: 6 }, new Uint8Array(6)).subarray(0, 78));
    await until(() => server.connections === 2);
    // What was written has been read when a later client is answered
    for (let i = 0; i < 3; i++) await client().listPorts();
    nowMs = 29_999;
    tick();
    expect(half.socket.closed).toBe(false);
    nowMs = 30_000;
    tick();
    await half.ended();
    await until(() => server.connections === 4);
    nowMs = 600 * MINUTE_MS;
    tick();
    await idle.listPorts();
    expect(server.connections).toBe(4);
  });

  it("and do not take their answers give way too", async () => {
    const server = await serveInTime(1);
    const dead = new RawClient();
    dead.socket.pause();
    for (let i = 0; i < 20; i++) dead.send(OpteCmd.ListLayers, portReq("huge"), { respLen: 2 ** 24 });
    await until(() => hugeListed > 0);
    // Until no more of them are read
    for (let last = -1; last !== hugeListed;) {
      last = hugeListed;
      await sleep(50);
    }
    nowMs = MINUTE_MS;
    expect(await client().listPorts()).toEqual({ ports: [] });
    expect(server.connections).toBe(1);
  });

  it("while a command of theirs is under way keep it", async () => {
    await serveInTime(1);
    const xde = client();
    const call = xde.clearUft({ portName: "slow" });
    await until(() => cleared.length === 1);
    nowMs = MINUTE_MS;
    await expect(client().listPorts()).rejects.toBeInstanceOf(XdeClientError);
    release();
    expect(await call).toEqual(NO_RESP);
  });
});

describe("a client in another language", () => {
  it("may send the next requests before it has the answers, which come in their order", async () => {
    await serve();
    const raw = new RawClient();
    for (let i = 0; i < 50; i++) raw.send(OpteCmd.ListLayers, portReq(`port${i}`));
    for (let i = 0; i < 50; i++) {
      const { body } = await raw.receive();
      expect(decodeBody(Cbor, XDE_COMMANDS.ListLayers.response, body).layers[0]?.name).toBe(`port${i}`);
    }
  });

  it("may use the binary form", async () => {
    await serve();
    const raw = new RawClient();
    raw.send(OpteCmd.ListLayers, portReq("opte0", Postcard), { reserved1: Postcard });
    const { body, argument } = await raw.receive();
    expect(argument).toMatchObject({ flags: 1, respLenNeeded: body.length, reqBytes: 0n, respBytes: 0n });
    expect(decodeBody(Postcard, XDE_COMMANDS.ListLayers.response, body).layers[0]?.name).toBe("opte0");
  });

  it("is told with a number alone that its argument makes no sense", async () => {
    await serve();
    const raw = new RawClient();
    raw.send(OpteCmd.ListLayers, portReq("opte0"), { reqLen: 3 });
    expect(await raw.receive()).toMatchObject({ errno: Errno.EINVAL, body: { length: 0 } });
    const frame = requestFrame(ARGUMENT, new Uint8Array());
    raw.socket.write(frame.fill(0xff, 12));
    await expect(raw.receive()).rejects.toThrow(/apiVersion|flags|reserved1/);
    raw.send(OpteCmd.ListPorts, new Uint8Array());
    expect(await raw.receive()).toMatchObject({ errno: 0 });
  });

  it("that may only read is not listened to for longer than a question takes, and told why", async () => {
    await serve({ rights: "read" });
    const raw = new RawClient();
    const long = new Uint8Array(16 * 2 ** 20);
    raw.send(OpteCmd.ListLayers, long);
    expect(await errorOf(raw)).toEqual({
      kind: "System",
      errno: Errno.EINVAL,
      msg: `reqLen: the request has at most 4096 bytes, not ${long.length}`,
    });
    raw.send(OpteCmd.SetFwRules, long);
    expect(await errorOf(raw)).toMatchObject({ kind: "System", errno: Errno.EPERM });
    raw.send(OpteCmd.ListPorts, new Uint8Array());
    expect(await raw.receive()).toMatchObject({ errno: 0 });
  });

  it("that may only read costs no memory for the long requests that it begins", async () => {
    await serve({ rights: "read" });
    const others = Array.from({ length: 8 }, () => new RawClient());
    const before = usedHeap();
    for (const { socket } of others) {
      const frame = requestFrame({ ...ARGUMENT, reqLen: 2 ** 24 }, new Uint8Array(2 ** 24));
      await new Promise((written) => socket.write(frame.subarray(0, -1), written));
    }
    for (let i = 0; i < 3; i++) await client().listPorts();
    expect(usedHeap() - before).toBeLessThan(32 * 2 ** 20);
  });

  it.each([
    ["too short", [0, 0, 0, 71]],
    ["too long", [1, 0, 0, 73]],
  ])("loses its connection for a frame that is %s, and nobody else's", async (_what, bytes) => {
    await serve();
    const raw = new RawClient();
    raw.socket.write(Uint8Array.from(bytes));
    await raw.ended();
    expect(await client().listPorts()).toEqual({ ports: [] });
  });

  it("that goes in the middle of a frame, or of an answer, takes nobody with it", async () => {
    const server = await serve();
    const half = new RawClient();
    half.socket.write(requestFrame(ARGUMENT, portReq("opte0")).subarray(0, 50));
    const hasty = new RawClient();
    hasty.send(OpteCmd.ListLayers, portReq("huge"), { respLen: 2 ** 24 });
    await once(hasty.socket, "connect");
    await sleep(20);
    half.socket.destroy();
    hasty.socket.destroy();
    await until(() => server.connections === 0);
    expect(await client().listPorts()).toEqual({ ports: [] });
  });

  it("that takes no answers is not read from, costs one answer, and holds up nobody", async () => {
    const server = await serve();
    const dead = new RawClient();
    dead.socket.pause();
    for (let i = 0; i < 20_000; i++) dead.send(OpteCmd.ListLayers, portReq("huge"), { respLen: 2 ** 24 });
    const xde = client();
    for (let i = 0; i < 100; i++) expect(await xde.listPorts()).toEqual({ ports: [] });
    const listed = hugeListed;
    for (let i = 0; i < 100; i++) expect(await xde.listPorts()).toEqual({ ports: [] });
    expect(hugeListed).toBe(listed);
    expect(listed).toBeGreaterThan(0);
    // What the kernel does not take waits at the client, which is what a real one would feel
    expect(dead.socket.writableLength).toBeGreaterThan(0);
    dead.socket.destroy();
    await until(() => server.connections === 1);
  });

  it("that waits for a slow command holds up nobody", async () => {
    await serve();
    const raw = new RawClient();
    raw.send(OpteCmd.ClearUft, portReq("slow"));
    const xde = client();
    await until(() => cleared.length === 1);
    expect(await xde.listPorts()).toEqual({ ports: [] });
    release();
    expect(await raw.receive()).toMatchObject({ errno: 0 });
  });
});

/** A socket that nobody listens at, as a killed device leaves it. */
async function leaveStaleSocket(): Promise<void> {
  const elsewhere = createServer().listen(`${path}.x`);
  await once(elsewhere, "listening");
  await rename(`${path}.x`, path);
  elsewhere.close();
  await once(elsewhere, "close");
}
