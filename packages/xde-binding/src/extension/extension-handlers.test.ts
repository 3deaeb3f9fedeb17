import { setImmediate as nextTurn } from "node:timers/promises";
import { type ExtensionCmdName, Ipv4Addr } from "opte-api";
import type { RequestOf, ResponseOf } from "opte-api/codec";
import { GATEWAY_MAC, type XdeExtensions } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { echo, ICMP, ipFrame, readFrame, udp } from "../../../oxide-vpc/test/frames.js";
import { AttachedGuest } from "../../test/guest.js";
import { sendFlows } from "../../test/many-flows.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import type { Caller } from "../ioctl/handlers.js";
import { MemoryLink } from "../link/memory-link.js";
import { TraceHub } from "../trace/trace-hub.js";
import { extensionHandlers } from "./extension-handlers.js";
import { snapshotHandlers } from "./snapshot-handlers.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
const portName = A.name;
const FLOWS = 10_000;
const GATEWAY_IP = Ipv4Addr.parse("10.0.0.254");

let sled: SledBench;
let closeCaller: () => void;
let call: <Name extends ExtensionCmdName>(
  name: Name,
  request: RequestOf<XdeExtensions[Name]>,
) => Promise<ResponseOf<XdeExtensions[Name]>>;

beforeEach(async () => {
  const [link] = MemoryLink.pair("net0", "wire");
  const trace = new TraceHub({ nowMs: () => 0 });
  sled = new SledBench([link], { probes: trace.deviceProbes });
  await sled.underlay("net0", "net0");
  await sled.create(A);
  await sled.knows(B);
  const { xde, stats } = sled;
  const handlers = {
    ...extensionHandlers({ xde, stats, trace }),
    ...snapshotHandlers(xde, (name, snapshot) => {
      xde.replacePort(name, snapshot);
    }),
  };
  const closing: (() => void)[] = [];
  const caller: Caller = { rights: "configure", onClose: (release) => closing.push(release) };
  closeCaller = (): void => {
    for (const release of closing) release();
  };
  call = async <Name extends ExtensionCmdName>(name: Name, request: RequestOf<XdeExtensions[Name]>) => {
    // Unwrap: it is called with the request of its own command, and answers with its response
    const handler = handlers[name] as ((request: unknown, caller: Caller) => unknown) | undefined;
    if (handler === undefined) throw new Error(`There is no ${name}`);
    return (await handler(request, caller)) as ResponseOf<XdeExtensions[Name]>; // Unwrap: as above
  };
});

describe("ListStats", () => {
  it("tells the counters of every block, sorted by name", async () => {
    const { blocks } = await call("ListStats", undefined);
    const names = blocks.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toContain("opte0_firewall");
    expect(blocks.find(({ name }) => name === "xde")?.fields[0]).toEqual(["in_drop_reject", 0]);
  });
});

describe("Explain", () => {
  const explain = (dir: "in" | "out", frame: Uint8Array): ReturnType<typeof call<"Explain">> =>
    call("Explain", { portName, dir, frame });

  beforeEach(() => {
    new AttachedGuest(sled, A);
  });

  it("tells each layer's decision, the rules that did not match, and the frame that would leave", async () => {
    const { verdict, reason, steps, frame } = await explain(
      "out",
      ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, udp(1, 2)),
    );
    expect([verdict, reason]).toEqual(["modified", undefined]);
    const texts = (layer: string): string[] => steps.filter((step) => step.layer === layer).map(({ text }) => text);
    expect(steps[0]?.text).toMatch(/^flow UDP:10\.0\.0\.1:1:10\.0\.0\.2:2: not known: all layers are asked$/);
    expect(texts("firewall")).toEqual([
      "the layer does not know the flow",
      "none of 0 rules matches: default statefulAllow",
      "passes",
    ]);
    expect(texts("gateway").filter((text) => /^rule \d+ does not match: not /.test(text)).length).toBeGreaterThan(0);
    expect(texts("overlay").at(-1)).toBe("passes");
    expect(frame?.length).toBeGreaterThan(14 + 40 + 8 + 8 + 14);
    expect(sled.stat("out_modified", portName)).toBe(0);
  });

  it("tells the answer of a port that answers itself", async () => {
    const toGateway = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, GATEWAY_IP, echo(ICMP, 8, 7));
    const { verdict, frame } = await explain("out", toGateway);
    expect(verdict).toBe("hairpin");
    expect(readFrame(frame ?? new Uint8Array())).toMatchObject({ src: GATEWAY_IP.toString(), dst: A.ip4.toString() });
  });

  it("says why a packet is dropped, or no packet", async () => {
    const { verdict, reason } = await explain(
      "out",
      ipFrame({ src: B.mac, dst: GATEWAY_MAC }, B.ip4, A.ip4, udp(1, 2)),
    );
    expect([verdict, reason]).toEqual(["drop", "gateway default"]);
    expect(await explain("out", Uint8Array.of(1, 2, 3))).toMatchObject({
      verdict: "parse_error",
      reason: '{"kind":"header","header":"inner_eth","error":"TooSmall"}',
      steps: [],
    });
  });
});

describe("traces", () => {
  it("end with the connection that opened them", async () => {
    const { traceId } = await call("OpenTrace", { probes: ["drop"] });
    expect(await call("ReadTrace", { traceId, maxEvents: 1 })).toEqual({ events: [], lost: 0 });
    closeCaller();
    await expect(call("ReadTrace", { traceId, maxEvents: 1 })).rejects.toMatchObject({ kind: "System", errno: 2 });
  });
});

describe("snapshots", () => {
  /** Reads a snapshot in parts. */
  async function read(part: number): Promise<Buffer> {
    const { snapshotId, length } = await call("OpenSnapshot", { portName });
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < length; offset += part) {
      parts.push((await call("ReadSnapshot", { snapshotId, offset, maxBytes: part })).bytes);
    }
    expect((await call("ReadSnapshot", { snapshotId, offset: length, maxBytes: part })).bytes).toHaveLength(0);
    await call("CloseSnapshot", { snapshotId });
    await expect(call("ReadSnapshot", { snapshotId, offset: 0, maxBytes: 1 })).rejects.toMatchObject({ errno: 2 });
    return Buffer.concat(parts);
  }

  async function write(bytes: Uint8Array, part: number): Promise<number> {
    const { restoreId } = await call("OpenRestore", { portName, length: bytes.length });
    for (let offset = 0; offset < bytes.length; offset += part) {
      await call("WriteRestore", { restoreId, offset, bytes: bytes.subarray(offset, offset + part) });
    }
    return restoreId;
  }

  it("are carried away and back in parts, and bring back rules and flows", async () => {
    const wire = new AttachedGuest(sled, A);
    wire.sendUdp(B.ip4);
    const bytes = await read(1000);
    const restoreId = await write(bytes, 777);
    await expect(call("CommitRestore", { restoreId })).rejects.toMatchObject({ kind: "System", errno: 16 });
    wire.port.close();
    await sled.xde.handlers.SetFwRules({ portName, rules: [] });
    await call("CommitRestore", { restoreId: await write(bytes, 1 << 20) });
    const { port } = sled.xde.port(portName);
    expect([port.state, port.dumpUft().outNumFlows]).toEqual(["restored", 1]);
    expect(port.dumpLayerRules("firewall").rulesIn).toHaveLength(1);
  });

  it("are taken while packets pass, one at a time", async () => {
    const wire = new AttachedGuest(sled, A);
    const datagram = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, udp(1, 2));
    sendFlows(wire, datagram, 0, FLOWS);
    let count = 0;
    const opened = Promise.all([call("OpenSnapshot", { portName }), call("OpenSnapshot", { portName })]).finally(() => {
      count = -1;
    });
    let turns = 0;
    for (; count >= 0; turns++) {
      sendFlows(wire, datagram, turns, 1);
      await nextTurn();
    }
    const [first, second] = await opened;
    // The work of each is some hundred slices; a fast machine does no more than a few in a turn.
    expect(turns).toBeGreaterThan(8);
    expect(sled.stat("out_modified", portName)).toBe(FLOWS + turns);
    expect(first.snapshotId).not.toBe(second.snapshotId);
    closeCaller();
    const { snapshotId } = second;
    await expect(call("ReadSnapshot", { snapshotId, offset: 0, maxBytes: 1 })).rejects.toMatchObject({ errno: 2 });
  });

  it("are refused in pieces, out of order, or damaged", async () => {
    const bytes = await read(1 << 20);
    const { restoreId } = await call("OpenRestore", { portName, length: bytes.length });
    await expect(call("WriteRestore", { restoreId, offset: 5, bytes })).rejects.toThrow("offset: 5 is not 0");
    const more = new Uint8Array(bytes.length + 1);
    await expect(call("WriteRestore", { restoreId, offset: 0, bytes: more })).rejects.toThrow("are more than the");
    await call("WriteRestore", { restoreId, offset: 0, bytes: bytes.subarray(1) });
    await expect(call("CommitRestore", { restoreId })).rejects.toThrow("bytes were written");
    await expect(call("CommitRestore", { restoreId: await write(bytes.subarray(1), 1 << 20) })).rejects.toMatchObject({
      kind: "PortCreate",
    });
    await expect(call("OpenRestore", { portName, length: 2 ** 40 })).rejects.toThrow("length: ");
    expect(sled.xde.port(portName).port.state).toBe("ready");
  });
});
