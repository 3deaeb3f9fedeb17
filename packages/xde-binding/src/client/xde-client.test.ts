// The client, over a device in its own process.

import { Errno, type FlowEntriesDump, Ipv4Addr, NO_RESP, OpteError } from "opte-api";
import { BodyFormat } from "opte-api/codec";
import { XDE_COMMANDS, XDE_EXTENSIONS } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { handlersOf } from "../../test/handlers-of.js";
import { InProcessTransport } from "../in-process/in-process-transport.js";
import { opteErrorText } from "./opte-error-text.js";
import type { IoctlAnswer, IoctlCall, Transport } from "./transport.js";
import { XdeClient } from "./xde-client.js";
import { XdeClientError, type XdeClientFault } from "./xde-client-error.js";

/** What `run` fails with. */
async function faultOf(run: Promise<unknown>): Promise<XdeClientFault> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof XdeClientError) return error.fault;
  throw new Error("There was no XdeClientError", { cause: error });
}

const FORMATS = Object.entries(BodyFormat);
let cleared: string[];
const device = handlersOf({
  ListPorts: () => ({ ports: [] }),
  ListLayers: () => ({
    layers: Array.from({ length: 1000 }, (_, i) => ({
      name: `layer${i}`,
      rulesIn: 0,
      rulesOut: 0,
      defaultIn: "deny",
      defaultOut: "allow",
      flows: 0,
    })),
  }),
  ClearUft: ({ portName }) => {
    cleared.push(portName);
    return NO_RESP;
  },
});

beforeEach(() => {
  cleared = [];
});

describe("a client", () => {
  it("has a method for each command, but for the pages of dumps, which the dumps use", () => {
    const client = new XdeClient(new InProcessTransport(device));
    const names = [...Object.keys(XDE_COMMANDS), ...Object.keys(XDE_EXTENSIONS)].filter(
      (name) => !/^Dump.*Page$|^DumpLayerRules$/.test(name),
    );
    for (const name of names) expect(client, name).toHaveProperty(name.charAt(0).toLowerCase() + name.slice(1));
  });

  it.each(FORMATS)("gets responses and errors in %s", async (_name, format) => {
    const client = new XdeClient(new InProcessTransport(device, { format }));
    expect(await client.listPorts()).toEqual({ ports: [] });
    expect(await client.clearUft({ portName: "opte0" })).toEqual(NO_RESP);
    const refused = client.clearLft({ portName: "opte0", layerName: "nat" });
    await expect(refused).rejects.toThrow('command ClearLft failed: PortNotFound("none")');
    await expect(refused).rejects.toHaveProperty("cause", expect.any(OpteError));
    expect(await faultOf(refused)).toMatchObject({ kind: "CommandError", cmd: "ClearLft" });
  });

  it.each(FORMATS)(
    "gets long answers whatever room it has at first, in %s, each command carried out once",
    async (_name, format) => {
      for (const firstRespLen of [0, 1, 7, 100, 60_000]) {
        const client = new XdeClient(new InProcessTransport(device, { format }), { firstRespLen });
        expect((await client.listLayers({ portName: "p" })).layers).toHaveLength(1000);
        await client.clearUft({ portName: `port${firstRespLen}` });
      }
      expect(cleared).toEqual([0, 1, 7, 100, 60_000].map((length) => `port${length}`));
    },
  );

  it("says what it cannot encode, and sends nothing", async () => {
    const client = new XdeClient(new InProcessTransport(device));
    const fault = await faultOf(client.readTrace({ traceId: -1, maxEvents: 1 }));
    expect(fault).toMatchObject({ kind: "ReqSer", cmd: "ReadTrace" });
  });

  it("is refused changes where it may only read", async () => {
    const client = new XdeClient(new InProcessTransport(device, { rights: "read" }));
    await expect(client.clearUft({ portName: "opte0" })).rejects.toHaveProperty("cause.errno", Errno.EPERM);
    expect(await client.listPorts()).toEqual({ ports: [] });
    expect(cleared).toEqual([]);
  });

  it("never sends a command of our own to a real xde", async () => {
    const client = new XdeClient(new InProcessTransport(device, { format: BodyFormat.Postcard }));
    await expect(client.listStats()).rejects.toThrow("command ListStats is not supported by this device");
    expect(await faultOf(client.listStats())).toEqual({ kind: "NotSupported", cmd: "ListStats" });
  });

  it("sends a call that is cancelled before its turn not at all", async () => {
    const client = new XdeClient(new InProcessTransport(device));
    const reason = new Error("enough");
    expect(await faultOf(client.clearUft({ portName: "a" }, { signal: AbortSignal.abort(reason) }))).toEqual({
      kind: "Cancelled",
      cmd: "ClearUft",
      isEffectUnknown: false,
    });
    const controller = new AbortController();
    const first = client.clearUft({ portName: "b" });
    const second = client.clearUft({ portName: "c" }, { signal: controller.signal });
    controller.abort(reason);
    await expect(second).rejects.toThrow("cancelled before it was sent: nothing has happened");
    await expect(second).rejects.toHaveProperty("cause", reason);
    await first;
    await client.listPorts();
    expect(cleared).toEqual(["b"]);
  });

  it("says of a call that is cancelled after it was sent that its effect is unknown, and goes on", async () => {
    const controller = new AbortController();
    const slow = handlersOf({
      ...device,
      ClearUft: async ({ portName }) => {
        controller.abort();
        await Promise.resolve();
        cleared.push(portName);
        return NO_RESP;
      },
    });
    // With room for nothing, so that an answer waits to be fetched
    const client = new XdeClient(new InProcessTransport(slow), { firstRespLen: 0 });
    const call = client.clearUft({ portName: "a" }, { signal: controller.signal });
    await expect(call).rejects.toThrow("cancelled after it had been sent: its effect is unknown");
    // The same request again is a new command, not the fetching of the answer that nobody waits for
    await client.clearUft({ portName: "a" });
    expect(cleared).toEqual(["a", "a"]);
  });
});

describe("a device that keeps no answers, as a real xde", () => {
  interface Attempt {
    readonly respLen: number;
    readonly needed: number;
    readonly isRetry: boolean;
  }

  /** Asks for the layers of a device that has so many at each time that it is asked. */
  async function list(...counts: readonly number[]): Promise<readonly [outcome: number | string, attempts: Attempt[]]> {
    const attempts: Attempt[] = [];
    const layer = { name: "nat", rulesIn: 0, rulesOut: 0, defaultIn: "deny", defaultOut: "allow", flows: 0 };
    const growing = handlersOf({
      ListLayers: () => ({ layers: new Array<typeof layer>(counts[attempts.length] ?? 0).fill(layer) }),
    });
    const client = new XdeClient({
      format: BodyFormat.Postcard,
      ioctl: async (call) => {
        // Another connection for each attempt: the command is carried out again
        const answer = await new InProcessTransport(growing, { format: BodyFormat.Postcard }).ioctl(call);
        const { argument, isRetry } = call;
        attempts.push({ respLen: argument.respLen, needed: answer.argument.respLenNeeded, isRetry });
        return answer;
      },
      close: () => undefined,
    });
    const outcome = await client.listLayers({ portName: "p" }).then(({ layers }) => layers.length, String);
    return [outcome, attempts];
  }

  it("gives the table as it is at the last attempt, if it has grown less than the room for it", async () => {
    const [layers, attempts] = await list(1000, 1050);
    expect(layers).toBe(1050);
    expect(attempts.map(({ isRetry }) => isRetry)).toEqual([false, true]);
  });

  it("is asked once more for each time that the table has outgrown its room, with room for what it needed and some more", async () => {
    const [layers, attempts] = await list(1000, 4000, 9000, 9100);
    expect(layers).toBe(9100);
    for (const [i, { respLen }] of attempts.entries()) {
      const before = attempts[i - 1];
      expect(respLen).toBe(before === undefined ? 16_384 : Math.max(2 * before.respLen, before.needed + 4096));
    }
    expect(attempts.map(({ needed, respLen }) => needed > respLen)).toEqual([true, true, true, false]);
  });

  it("is asked five times at most", async () => {
    const [outcome, attempts] = await list(1000, 4000, 16_000, 64_000, 256_000, 0);
    expect(outcome).toContain("the response to ListLayers did not fit in 5 attempts");
    expect(attempts).toHaveLength(5);
  });
});

describe("answers that no device should give", () => {
  /** A transport that answers every call alike. */
  function answering(
    answer: (call: IoctlCall) => Partial<IoctlAnswer>,
    format: BodyFormat = BodyFormat.Postcard,
  ): Transport {
    return {
      format,
      ioctl: (call) => Promise.resolve({ errno: 0, argument: call.argument, body: new Uint8Array(), ...answer(call) }),
      close: () => undefined,
    };
  }

  it("that never fit end the call, whose attempts after the first say that they are retries", async () => {
    let calls = 0;
    const retries: boolean[] = [];
    const client = new XdeClient(
      answering(({ argument, isRetry }) => {
        calls++;
        retries.push(isRetry);
        return { errno: Errno.ENOBUFS, argument: { ...argument, respLenNeeded: argument.respLen + 1 } };
      }),
    );
    expect(await faultOf(client.listPorts())).toEqual({ kind: "MaxAttempts", cmd: "ListPorts", attempts: 5 });
    expect(calls).toBe(5);
    expect(retries).toEqual([false, true, true, true, true]);
  });

  it("that are no response, no error or nothing at all have kinds of their own", async () => {
    const garbage = Uint8Array.of(0xff, 0xff);
    const written = ({ argument }: IoctlCall): Partial<IoctlAnswer> => ({
      argument: { ...argument, flags: 1 },
      body: garbage,
    });
    expect(await faultOf(new XdeClient(answering(written)).listPorts())).toMatchObject({ kind: "RespDeser" });
    const error = new XdeClient(answering((call) => ({ ...written(call), errno: Errno.ENOENT }))).listPorts();
    await expect(error).rejects.toHaveProperty("cause.payload.kind", "DeserCmdErr");
    for (const [errno, text] of [
      [Errno.EPROTO, "ioctl ListPorts failed: the versions of the ioctl protocol differ"],
      [Errno.EFAULT, "ioctl ListPorts failed: the device cannot read the request or write the response"],
      [Errno.ENOMSG, "ioctl ListPorts failed: the device cannot encode its answer"],
      [Errno.EPERM, "ioctl ListPorts failed: permission denied"],
      [77, "ioctl ListPorts failed: error number 77"],
    ] as const) {
      await expect(new XdeClient(answering(() => ({ errno }))).listPorts()).rejects.toThrow(text);
    }
  });
});

describe("dumps", () => {
  const FLOWS: FlowEntriesDump = Array.from({ length: 2500 }, (_, i) => [
    { proto: 17, src: Ipv4Addr.fromNumber(i), dst: Ipv4Addr.fromNumber(1), kind: "ports", srcPort: 1, dstPort: 2 },
    { hits: i, summary: "" },
  ]);
  let asked: string[];

  beforeEach(() => {
    asked = [];
  });

  /** A table that tells its entries from the last to the first. */
  const paged = handlersOf({
    DumpUftPage: ({ dir, cursor, max }) => {
      asked.push(`${dir} ${cursor}`);
      const left = FLOWS.length - cursor;
      const start = Math.max(0, left - max);
      return {
        limit: dir === "in" ? 3000 : 4000,
        numFlows: FLOWS.length,
        entries: FLOWS.slice(start, left),
        ...(start > 0 && { next: cursor + max }),
      };
    },
  });
  const whole = handlersOf({
    DumpUft: () => {
      asked.push("whole");
      return { inLimit: 7, inNumFlows: 0, inFlows: [], outLimit: 8, outNumFlows: 0, outFlows: [] };
    },
  });

  it("come by pages, and are in flow-id order as the whole table is", async () => {
    const client = new XdeClient(new InProcessTransport(paged));
    const dump = await client.dumpUft({ portName: "opte0" });
    expect(dump).toMatchObject({ inLimit: 3000, inNumFlows: 2500, outLimit: 4000, outNumFlows: 2500 });
    expect(dump.inFlows).toEqual(FLOWS);
    expect(asked).toEqual(["in 0", "in 1000", "in 2000", "out 0", "out 1000", "out 2000"]);
  });

  it("come whole from a device that has no pages, which is asked for them once", async () => {
    const client = new XdeClient(new InProcessTransport(whole));
    for (let i = 0; i < 2; i++) expect((await client.dumpUft({ portName: "opte0" })).outLimit).toBe(8);
    expect(asked).toEqual(["whole", "whole"]);
  });

  it("come whole from a real xde", async () => {
    const client = new XdeClient(new InProcessTransport(whole, { format: BodyFormat.Postcard }));
    expect((await client.dumpUft({ portName: "opte0" })).inLimit).toBe(7);
  });

  it("fail with the device's error, under the name of the dump, not of the pages", async () => {
    const refuse = (): never => {
      throw new OpteError({ kind: "PortNotFound", port: "opte0" });
    };
    const pages = handlersOf({ DumpLayerRules: refuse, DumpUftPage: refuse, DumpTcpFlowsPage: refuse });
    for (const device of [whole, pages]) {
      const client = new XdeClient(new InProcessTransport(device));
      const portName = "opte0";
      for (const [cmd, dump] of [
        ["DumpLayer", client.dumpLayer({ portName, name: "nat" })],
        ["DumpUft", client.dumpUft({ portName })],
        ["DumpTcpFlows", client.dumpTcpFlows({ portName })],
      ] as const) {
        if (device === whole && cmd === "DumpUft") continue;
        expect(await faultOf(dump)).toMatchObject({ kind: "CommandError", cmd, error: { kind: "PortNotFound" } });
      }
    }
  });
});

describe("the text of a device's error", () => {
  it.each([
    [new OpteError({ kind: "PortNotFound", port: 'a"b' }), 'PortNotFound("a\\"b")'],
    [new OpteError({ kind: "BadName" }), "BadName"],
    [new OpteError({ kind: "RuleNotFound", id: 300 }), "RuleNotFound(300)"],
    [new OpteError({ kind: "BadApiVersion", user: 1, kernel: 41 }), "BadApiVersion { user: 1, kernel: 41 }"],
    [new OpteError({ kind: "System", errno: 17, msg: "x" }), 'System { errno: 17, msg: "x" }'],
  ])("is the reference's: %s", (error, text) => {
    expect(opteErrorText(error)).toBe(text);
  });
});
