// Ioctls as a driver sees them: argument, request and response in the caller's memory (spec 05 §2).

import {
  API_VERSION,
  Errno,
  ExtensionCmd,
  NO_RESP,
  OPTE_CMD_RESP_COPY_OUT,
  OpteCmd,
  OpteError,
  XDE_OPTE_CMD,
} from "opte-api";
import {
  BodyFormat,
  decodeBody,
  decodeOpteCmdIoctl,
  encodeBody,
  encodeOpteCmdIoctl,
  IOCTL_SZ,
  opteError,
  type OpteCmdIoctl,
  type Schema,
} from "opte-api/codec";
import { XDE_COMMANDS, XDE_EXTENSIONS } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { handlersOf } from "../../test/handlers-of.js";
import { usedHeap } from "../../test/heap.js";
import { BufferMemory } from "./caller-memory.js";
import type { DeviceConnection } from "./device-connection.js";
import { DLDCOPYINOUT, XDE_IOCTLS, XdeEntryPoint } from "./dld-ioctl.js";

const { Cbor, Postcard } = BodyFormat;
const LAYERS = {
  layers: ["gateway", "firewall"].map((name) => ({
    name,
    rulesIn: 1,
    rulesOut: 2,
    defaultIn: "deny",
    defaultOut: "stateful allow",
    flows: 3,
  })),
};

let layersListed: string[];
let rulesAdded: number;
let faults: unknown[];
let entryPoint: XdeEntryPoint;
let connection: DeviceConnection;

beforeEach(() => {
  layersListed = [];
  rulesAdded = 0;
  faults = [];
  entryPoint = new XdeEntryPoint(
    handlersOf({
      ListPorts: () => ({ ports: [] }),
      ListLayers: ({ portName }) => {
        layersListed.push(portName);
        return LAYERS;
      },
      ClearUft: ({ portName }) => {
        rulesAdded++;
        if (portName === "bug") throw new TypeError("x is undefined");
        return NO_RESP;
      },
    }),
    (fault) => {
      faults.push(fault);
    },
  );
  connection = entryPoint.open("configure");
});

interface Outcome {
  readonly errno: number;
  readonly ioctl: OpteCmdIoctl;
  readonly body: Uint8Array;
}

/** Sends one ioctl; `change` makes it different from a proper one. */
async function send(
  cmd: number,
  body: Uint8Array | undefined,
  change: Partial<OpteCmdIoctl> & { readonly format?: BodyFormat; readonly on?: DeviceConnection } = {},
): Promise<Outcome> {
  const { format = Cbor, on = connection, ...fields } = change;
  const memory = new BufferMemory();
  const response = new Uint8Array(fields.respLen ?? 4096);
  const argument = encodeOpteCmdIoctl({
    apiVersion: API_VERSION,
    cmd,
    flags: 0,
    reserved1: format,
    reqBytes: memory.map(body ?? new Uint8Array()),
    reqLen: body?.length ?? 0,
    respBytes: memory.map(response),
    respLen: response.length,
    respLenNeeded: 0,
    ...fields,
  });
  const errno = await entryPoint.ioctl(XDE_OPTE_CMD, memory.map(argument), memory, on);
  const ioctl = decodeOpteCmdIoctl(argument);
  return { errno, ioctl, body: response.subarray(0, Math.min(ioctl.respLenNeeded, response.length)) };
}

function portReq(portName: string, format: BodyFormat = Cbor): Uint8Array {
  return encodeBody(format, XDE_COMMANDS.ListLayers.request, { portName });
}

/** The error that a call was answered with. */
function errorIn({ body, ioctl }: Outcome, format: BodyFormat = Cbor): OpteError["payload"] {
  expect(ioctl.flags).toBe(OPTE_CMD_RESP_COPY_OUT);
  return decodeBody(format, opteError, body).payload;
}

function decoded<T>(schema: Schema<T>, { body }: Outcome, format: BodyFormat = Cbor): T {
  return decodeBody(format, schema, body);
}

describe("the table of ioctls", () => {
  it("has one entry, which copies 72 bytes in and out", () => {
    expect(XDE_IOCTLS).toMatchObject([{ cmd: 0xde777701, flags: DLDCOPYINOUT, argSize: IOCTL_SZ }]);
  });

  it("knows no other request", async () => {
    const memory = new BufferMemory();
    const address = memory.map(new Uint8Array(IOCTL_SZ));
    expect(await entryPoint.ioctl(XDE_OPTE_CMD + 1, address, memory, connection)).toBe(Errno.ENOTTY);
  });

  it("needs an argument that it can read whole", async () => {
    const memory = new BufferMemory();
    const short = memory.map(new Uint8Array(IOCTL_SZ - 1));
    expect(await entryPoint.ioctl(XDE_OPTE_CMD, short, memory, connection)).toBe(Errno.EFAULT);
    expect(await entryPoint.ioctl(XDE_OPTE_CMD, 0n, memory, connection)).toBe(Errno.EFAULT);
  });

  it("refuses an argument whose numbers no caller can mean", async () => {
    const memory = new BufferMemory();
    const argument = new Uint8Array(IOCTL_SZ).fill(0xff);
    expect(await entryPoint.ioctl(XDE_OPTE_CMD, memory.map(argument), memory, connection)).toBe(Errno.EINVAL);
  });

  it("cannot tell the outcome if the argument cannot be written", async () => {
    const memory = new BufferMemory();
    const argument = encodeOpteCmdIoctl({
      apiVersion: API_VERSION,
      cmd: OpteCmd.ListPorts,
      flags: 0,
      reserved1: Cbor,
      reqBytes: 0n,
      reqLen: 0,
      respBytes: memory.map(new Uint8Array(64)),
      respLen: 64,
      respLenNeeded: 0,
    });
    const address = memory.map(argument);
    const readOnly = {
      read: memory.read.bind(memory),
      write: (at: bigint, bytes: Uint8Array): boolean => at !== address && memory.write(at, bytes),
    };
    expect(await entryPoint.ioctl(XDE_OPTE_CMD, address, readOnly, connection)).toBe(Errno.EFAULT);
  });
});

describe.each([
  ["CBOR", Cbor],
  ["the binary form", Postcard],
])("a command in %s", (_name, format) => {
  it("is answered with its response, and its length", async () => {
    const outcome = await send(OpteCmd.ListLayers, portReq("opte0", format), { format });
    expect(outcome.errno).toBe(0);
    expect(outcome.ioctl.flags).toBe(OPTE_CMD_RESP_COPY_OUT);
    expect(decoded(XDE_COMMANDS.ListLayers.response, outcome, format)).toEqual(LAYERS);
    expect(layersListed).toEqual(["opte0"]);
  });

  it("without a request does not look for one", async () => {
    const outcome = await send(OpteCmd.ListPorts, undefined, { format, reqBytes: 7n, reqLen: 9 });
    expect(outcome.errno).toBe(0);
    expect(decoded(XDE_COMMANDS.ListPorts.response, outcome, format)).toEqual({ ports: [] });
  });

  it("is answered with the error of its handler, in respBytes, and its errno", async () => {
    const outcome = await send(
      OpteCmd.ClearLft,
      encodeBody(format, XDE_COMMANDS.ClearLft.request, { portName: "p", layerName: "nat" }),
      { format },
    );
    expect(outcome.errno).toBe(Errno.ENOENT);
    expect(errorIn(outcome, format)).toEqual({ kind: "PortNotFound", port: "none" });
  });

  it("is answered with EIO if its handler is wrong, which is told to the device's owner", async () => {
    const outcome = await send(OpteCmd.ClearUft, portReq("bug", format), { format });
    expect(outcome.errno).toBe(Errno.EIO);
    expect(errorIn(outcome, format)).toMatchObject({ kind: "System", errno: Errno.EIO });
    expect(faults).toMatchObject([{ message: "x is undefined" }]);
  });

  it("cannot have bytes behind its request, or too few", async () => {
    const body = portReq("opte0", format);
    for (const bytes of [Uint8Array.of(...body, 0), body.subarray(0, -1)]) {
      const outcome = await send(OpteCmd.ListLayers, bytes, { format });
      expect(outcome.errno).toBe(Errno.ENOMSG);
      expect(errorIn(outcome, format).kind).toBe("DeserCmdReq");
    }
    expect(layersListed).toEqual([]);
  });
});

describe("what is refused, each with an error of its own, before anything is carried out", () => {
  it("another version", async () => {
    const outcome = await send(OpteCmd.ListLayers, portReq("opte0"), { apiVersion: 40 });
    expect(outcome.errno).toBe(Errno.EPROTO);
    expect(errorIn(outcome)).toEqual({ kind: "BadApiVersion", user: 40, kernel: 41 });
    const blind = await send(OpteCmd.ListLayers, portReq("opte0"), { apiVersion: 40, respLen: 0 });
    expect(blind).toMatchObject({ errno: Errno.EPROTO, ioctl: { flags: 0 } });
  });

  it.each<[string, number, Uint8Array | undefined, Partial<OpteCmdIoctl>, object, RegExp?]>([
    [
      "an unknown format",
      OpteCmd.ListLayers,
      portReq("p"),
      { reserved1: 2 },
      { kind: "System", errno: Errno.EINVAL },
      /reserved1: /,
    ],
    [
      "an unknown command",
      94,
      undefined,
      {},
      { kind: "System", errno: Errno.ENOTSUP, msg: "cmd: there is no command 94" },
    ],
    ["a negative command", -1, undefined, {}, { kind: "System", errno: Errno.ENOTSUP }],
    [
      "a command of our own that the device does not have",
      1010,
      undefined,
      {},
      { kind: "System", errno: Errno.ENOTSUP, msg: "ListStats is not supported by this device" },
    ],
    ["no request", OpteCmd.ListLayers, undefined, {}, { kind: "NoRequestBody" }],
    [
      "a request over 16 MiB",
      OpteCmd.ListLayers,
      portReq("p"),
      { reqLen: 16 * 2 ** 20 + 1 },
      { kind: "System", errno: Errno.EINVAL },
      /reqLen: /,
    ],
    [
      "a question of more than 4 KiB, whatever is in it",
      OpteCmd.ListLayers,
      new Uint8Array(4097),
      {},
      { kind: "System", errno: Errno.EINVAL, msg: "reqLen: the request has at most 4096 bytes, not 4097" },
    ],
    [
      "a question of more than a thousand values",
      OpteCmd.ListLayers,
      Uint8Array.of(0x99, 0x03, 0xe8, ...new Uint8Array(1000)),
      {},
      { kind: "DeserCmdReq", msg: "Cannot decode the message: it has more than 1000 values" },
    ],
    [
      "a name of more than 1 KiB",
      OpteCmd.ClearUft,
      portReq("x".repeat(1025)),
      {},
      { kind: "DeserCmdReq" },
      /the text at byte 13 has more than 1024 bytes/,
    ],
    [
      "a request that cannot be read",
      OpteCmd.ListLayers,
      undefined,
      { reqBytes: 0n, reqLen: 6 },
      { kind: "CopyinReq" },
    ],
    ["a request that runs past its buffer", OpteCmd.ListLayers, portReq("p"), { reqLen: 600 }, { kind: "CopyinReq" }],
    ["a request of another command", OpteCmd.ClearLft, portReq("p"), {}, { kind: "DeserCmdReq" }, /"layerName"/],
  ])("%s", async (_what, cmd, body, change, error, text = /./) => {
    const outcome = await send(cmd, body, change);
    const payload = errorIn(outcome);
    expect(payload).toMatchObject(error);
    expect(new OpteError(payload).message).toMatch(text);
    expect(outcome.errno).toBe(new OpteError(payload).errno);
    expect(layersListed).toEqual([]);
  });

  it("a name of more than 1 KiB in the binary form", async () => {
    const outcome = await send(OpteCmd.ClearUft, portReq("x".repeat(1025), Postcard), { format: Postcard });
    expect(errorIn(outcome, Postcard)).toMatchObject({
      kind: "DeserCmdReq",
      msg: 'Cannot decode field "portName": it has more than 1024 bytes',
    });
    const longest = await send(OpteCmd.ClearUft, portReq("x".repeat(1024), Postcard), { format: Postcard });
    expect(longest.errno).toBe(0);
  });

  it("a command of our own in the binary form, which no xde has", async () => {
    const outcome = await send(1010, undefined, { format: Postcard });
    expect(outcome.errno).toBe(Errno.ENOTSUP);
    expect(errorIn(outcome, Postcard).kind).toBe("System");
  });

  it("a change by who may only read, while reading goes on", async () => {
    const on = entryPoint.open("read");
    const outcome = await send(OpteCmd.ClearUft, portReq("opte0"), { on });
    expect(outcome.errno).toBe(Errno.EPERM);
    expect(errorIn(outcome)).toEqual({
      kind: "System",
      errno: Errno.EPERM,
      msg: "ClearUft needs the right to configure, which this connection does not have",
    });
    expect(rulesAdded).toBe(0);
    expect((await send(OpteCmd.ListLayers, portReq("opte0"), { on })).errno).toBe(0);
  });
});

describe("an answer that cannot be delivered", () => {
  it("to a buffer that cannot be written is EFAULT, and the flag is clear even if the caller had set it", async () => {
    const outcome = await send(OpteCmd.ListLayers, portReq("opte0"), { respBytes: 0n, flags: 1 });
    expect(outcome).toMatchObject({ errno: Errno.EFAULT, ioctl: { flags: 0 } });
  });

  it("because it is too long is ENOBUFS, with the length it needs", async () => {
    const outcome = await send(OpteCmd.ListLayers, portReq("opte0"), { respLen: 10 });
    const full = await send(OpteCmd.ListLayers, portReq("opte0"));
    expect(outcome).toMatchObject({ errno: Errno.ENOBUFS, ioctl: { flags: 0, respLenNeeded: full.body.length } });
  });

  it("that fits to the byte is written", async () => {
    const full = await send(OpteCmd.ListLayers, portReq("opte0"));
    const exact = await send(OpteCmd.ListLayers, portReq("opte0"), { respLen: full.body.length });
    expect(exact).toMatchObject({ errno: 0, ioctl: { flags: OPTE_CMD_RESP_COPY_OUT } });
    expect(exact.body).toEqual(full.body);
  });

  it("is no other request's, which is carried out itself", async () => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 1 });
    await send(OpteCmd.ClearUft, portReq("opte1"));
    expect(rulesAdded).toBe(2);
  });

  it("is kept, so that the retry gets it and nothing is carried out again", async () => {
    for (const respLen of [0, 1, 5]) {
      expect((await send(OpteCmd.ClearUft, portReq("opte0"), { respLen })).errno).toBe(Errno.ENOBUFS);
      expect(rulesAdded).toBe(1);
    }
    const outcome = await send(OpteCmd.ClearUft, portReq("opte0"));
    expect(outcome.errno).toBe(0);
    expect(decoded(XDE_COMMANDS.ClearUft.response, outcome)).toEqual(NO_RESP);
    expect(rulesAdded).toBe(1);
  });

  it("keeps the number and the text of an error too", async () => {
    const body = encodeBody(Cbor, XDE_COMMANDS.ClearLft.request, { portName: "p", layerName: "nat" });
    expect((await send(OpteCmd.ClearLft, body, { respLen: 1 })).errno).toBe(Errno.ENOBUFS);
    const outcome = await send(OpteCmd.ClearLft, body);
    expect(outcome.errno).toBe(Errno.ENOENT);
    expect(errorIn(outcome).kind).toBe("PortNotFound");
  });

  it("is fetched once: the same call after that is a new one", async () => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 1 });
    await send(OpteCmd.ClearUft, portReq("opte0"));
    await send(OpteCmd.ClearUft, portReq("opte0"));
    expect(rulesAdded).toBe(2);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["another command", () => send(OpteCmd.ListPorts, undefined)],
    ["another request", () => send(OpteCmd.ClearUft, portReq("opte1"))],
    ["a call that is refused", () => send(94, undefined)],
  ])("is let go of by %s in between", async (_what, between) => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 1 });
    await between();
    const before = rulesAdded;
    await send(OpteCmd.ClearUft, portReq("opte0"));
    expect(rulesAdded).toBe(before + 1);
  });

  it("is not another connection's, nor that of the same request in another format", async () => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 1 });
    await send(OpteCmd.ClearUft, portReq("opte0"), { on: entryPoint.open("configure") });
    expect(rulesAdded).toBe(2);
    await send(OpteCmd.ClearUft, portReq("opte0", Postcard), { format: Postcard });
    expect(rulesAdded).toBe(3);
  });

  it("is gone with its connection", async () => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 1 });
    connection.close();
    await send(OpteCmd.ClearUft, portReq("opte0"), { on: entryPoint.open("configure") });
    expect(rulesAdded).toBe(2);
  });
});

describe("answers of many connections that are kept", () => {
  const LONG = 10 * 2 ** 20;
  let listed: number;
  let cleared: number;

  beforeEach(() => {
    listed = 0;
    cleared = 0;
    entryPoint = new XdeEntryPoint(
      handlersOf({
        ListLayers: () => {
          listed++;
          return { layers: LAYERS.layers.map((layer) => ({ ...layer, name: "x".repeat(LONG / 2) })) };
        },
        ClearUft: () => {
          cleared++;
          return NO_RESP;
        },
      }),
    );
    connection = entryPoint.open("configure");
  });

  /** As many connections as `count`, each with an answer of 10 MiB that did not fit. */
  async function keepLong(count: number): Promise<DeviceConnection[]> {
    const connections = Array.from({ length: count }, () => entryPoint.open("configure"));
    for (const on of connections) await send(OpteCmd.ListLayers, portReq("opte0"), { respLen: 0, on });
    return connections;
  }

  it("have 64 MiB together: the oldest are given up, and what only reads is carried out again", async () => {
    const connections = await keepLong(9);
    expect(entryPoint.keptLen).toBeGreaterThan(60 * 2 ** 20);
    expect(entryPoint.keptLen).toBeLessThanOrEqual(64 * 2 ** 20);
    for (const on of connections.toReversed()) {
      expect((await send(OpteCmd.ListLayers, portReq("opte0"), { respLen: 2 ** 24, on })).errno).toBe(0);
    }
    expect(listed).toBe(9 + 3);
    expect(entryPoint.keptLen).toBe(0);
  });

  it("make room when their connections end, or send something else", async () => {
    const [first, second] = await keepLong(2);
    first?.close();
    await send(OpteCmd.ListPorts, undefined, second === undefined ? {} : { on: second });
    expect(entryPoint.keptLen).toBe(0);
  });

  it("leave of a change what tells its caller that it was carried out, however often it is asked, and is not again", async () => {
    await send(OpteCmd.ClearUft, portReq("opte0"), { respLen: 0 });
    await keepLong(7);
    for (const respLen of [0, 1, 4096]) {
      const outcome = await send(OpteCmd.ClearUft, portReq("opte0"), { respLen });
      expect(cleared).toBe(1);
      if (respLen < 4096) expect(outcome).toMatchObject({ errno: Errno.ENOBUFS, ioctl: { flags: 0 } });
      else expect(errorIn(outcome)).toMatchObject({ kind: "System", errno: Errno.ENOMEM });
    }
    await send(OpteCmd.ClearUft, portReq("opte0"));
    expect(cleared).toBe(2);
  });
});

describe("a change whose answer was given up", () => {
  const LONG = 15 * 2 ** 20;
  const { request } = XDE_EXTENSIONS.WriteRestore;
  let written: number[];

  beforeEach(() => {
    written = [];
    entryPoint = new XdeEntryPoint(
      handlersOf({
        WriteRestore: ({ restoreId }) => {
          written.push(restoreId);
          return NO_RESP;
        },
      }),
    );
  });

  /** A request of 15 MiB, which differs from others in one number. */
  function part(restoreId: number): Uint8Array {
    return encodeBody(Cbor, request, { restoreId, offset: 0, bytes: new Uint8Array(LONG) });
  }

  it("holds nothing of its request, and is told from others nevertheless", async () => {
    const connections = Array.from({ length: 12 }, () => entryPoint.open("configure"));
    const before = usedHeap();
    for (const [id, on] of connections.entries()) await send(ExtensionCmd.WriteRestore, part(id), { respLen: 0, on });
    expect(usedHeap() - before).toBeLessThan(80 * 2 ** 20);
    const [first, second] = connections;
    if (first === undefined || second === undefined) throw new Error("There are twelve");
    const retried = await send(ExtensionCmd.WriteRestore, part(0), { on: first });
    expect(errorIn(retried)).toMatchObject({ kind: "System", errno: Errno.ENOMEM });
    expect(written).toHaveLength(12);
    const other = await send(ExtensionCmd.WriteRestore, part(9), { on: second });
    expect(other.errno).toBe(0);
    expect(written).toHaveLength(13);
  });
});

describe("a connection", () => {
  it("carries out its calls in their order, however long they take", async () => {
    const log: string[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    entryPoint = new XdeEntryPoint(
      handlersOf({
        ListLayers: async ({ portName }) => {
          log.push(portName);
          if (portName === "slow") await slow;
          return LAYERS;
        },
      }),
    );
    connection = entryPoint.open("read");
    const calls = ["slow", "next"].map((portName) => send(OpteCmd.ListLayers, portReq(portName)));
    await send(OpteCmd.ListLayers, portReq("other"), { on: entryPoint.open("read") });
    expect(log).toEqual(["slow", "other"]);
    release();
    await Promise.all(calls);
    expect(log).toEqual(["slow", "other", "next"]);
  });

  it("gives back at its end what handlers have opened for it", () => {
    const released: number[] = [];
    connection.onClose(() => {
      throw new Error("a mistake of the handler");
    });
    connection.onClose(() => released.push(1));
    connection.close();
    connection.close();
    connection.onClose(() => released.push(2));
    expect(released).toEqual([1, 2]);
    expect(faults).toHaveLength(1);
  });
});
