import { describe, expect, it } from "vitest";
import { SledBench } from "../../test/sled-bench.js";
import { TraceHub } from "../trace/trace-hub.js";
import { traceHandlers } from "./trace-handlers.js";
import { tracedHandlers } from "./traced-handlers.js";

describe("a trace of commands", () => {
  it("tells of every command but of being read, so that it comes to an end", async () => {
    const hub = new TraceHub({ nowMs: () => 0 });
    const handlers = tracedHandlers({ ...new SledBench([]).xde.handlers, ...traceHandlers(hub) }, hub);
    const opened = await handlers.OpenTrace?.({ probes: ["ioctl"] });
    const traceId = opened?.traceId ?? -1;
    const read = async (): Promise<unknown> => (await handlers.ReadTrace?.({ traceId, maxEvents: 9 }))?.events;
    await handlers.ListPorts(undefined);
    expect(JSON.stringify(await read())).toContain("ListPorts");
    expect([await read(), await read()]).toEqual([[], []]);
  });
});
