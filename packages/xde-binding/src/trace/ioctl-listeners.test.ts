import { encodeOpteCmdIoctl } from "opte-api/codec";
import { API_VERSION, XDE_OPTE_CMD } from "opte-api";
import { describe, expect, it } from "vitest";
import { SledBench } from "../../test/sled-bench.js";
import { traceHandlers } from "../extension/trace-handlers.js";
import { BufferMemory, InProcessTransport, TraceHub, XdeClient, XdeEntryPoint } from "../index.js";

/** A device whose commands are traced, and a reader that reads by the handlers, so that its own reading is no ioctl. */
class TracedDevice {
  readonly hub = new TraceHub({ nowMs: () => 0 });
  readonly entryPoint = new XdeEntryPoint(
    { ...new SledBench([]).xde.handlers, ...traceHandlers(this.hub) },
    undefined,
    this.hub.ioctlProbes,
  );
  readonly #traceId = this.hub.open({ probes: ["opte-ioctl.d"] });

  client(rights: "configure" | "read"): XdeClient {
    return new XdeClient(new InProcessTransport(this.entryPoint, { rights }));
  }

  /** The events since the last call, as `name=value name=value`. */
  take(): readonly string[] {
    const { events } = this.hub.read({ traceId: this.#traceId, maxEvents: 100 });
    return events.map(({ fields }) =>
      fields
        .map(
          ([name, value]) =>
            `${name}=${value.kind === "text" ? value.text : value.kind === "number" ? value.number : "?"}`,
        )
        .join(" "),
    );
  }
}

describe("the trace ioctl", () => {
  it("shows the argument, each copy in and out with its outcome, and how the call ended", async () => {
    const device = new TracedDevice();
    await device.client("read").listPorts();
    const call = "cmd=ListPorts";
    const argument = `rights=read apiVersion=${API_VERSION} flags=0 reserved1=1 reqBytes=0x0 reqLen=0 respBytes=0x1000 respLen=16384`;
    expect(device.take()).toEqual([
      `event=IOCTL ${call} address=-- length=-- result=-- ${argument} respLenNeeded=0`,
      `event=COPYOUT ${call} address=0x1000 length=8 result=ok`,
      `event=RETURN ${call} address=-- length=-- result=ok flags=1 respLenNeeded=8`,
    ]);
  });

  it("tells a refusal by the kind of its error, an error that reached nobody by its number's name", async () => {
    const device = new TracedDevice();
    await expect(device.client("configure").listLayers({ portName: "opte9" })).rejects.toThrow("PortNotFound");
    await expect(device.client("read").clearUft({ portName: "opte9" })).rejects.toThrow("configure");
    const memory = new BufferMemory();
    const argument = encodeOpteCmdIoctl({
      apiVersion: API_VERSION,
      cmd: 30_000,
      flags: 0,
      reserved1: 1,
      reqBytes: 0x9_000n,
      reqLen: 7,
      respBytes: 0n,
      respLen: 0,
      respLenNeeded: 0,
    });
    await device.entryPoint.ioctl(XDE_OPTE_CMD, memory.map(argument), memory, device.entryPoint.open("read"));
    const results = device
      .take()
      .map((line) => line.replaceAll(/ (?:address|rights|flags).*(?= result=)| flags=.*/g, ""));
    expect(results.filter((line) => !line.startsWith("event=IOCTL"))).toEqual([
      "event=COPYIN cmd=ListLayers result=ok",
      "event=COPYOUT cmd=ListLayers result=ok",
      "event=RETURN cmd=ListLayers result=PortNotFound",
      "event=COPYOUT cmd=ClearUft result=ok",
      "event=RETURN cmd=ClearUft result=System",
      "event=RETURN cmd=30000 result=ENOBUFS",
    ]);
  });

  it("shows a copy that fails", async () => {
    const device = new TracedDevice();
    const memory = new BufferMemory();
    const response = new Uint8Array(64);
    const argument = encodeOpteCmdIoctl({
      apiVersion: API_VERSION,
      cmd: 31,
      flags: 0,
      reserved1: 1,
      reqBytes: 0xdead_0000n,
      reqLen: 7,
      respBytes: memory.map(response),
      respLen: response.length,
      respLenNeeded: 0,
    });
    await device.entryPoint.ioctl(XDE_OPTE_CMD, memory.map(argument), memory, device.entryPoint.open("read"));
    expect(device.take().slice(1, 2)).toEqual(["event=COPYIN cmd=DumpLayer address=0xdead0000 length=7 result=EFAULT"]);
  });

  it("does not tell of being read, so that it comes to an end", async () => {
    const device = new TracedDevice();
    const client = device.client("read");
    const { traceId } = await client.openTrace({ probes: ["ioctl"] });
    const events = async (): Promise<number> => (await client.readTrace({ traceId, maxEvents: 9 })).events.length;
    // The end of the call by which it was opened
    expect([await events(), await events(), await events()]).toEqual([2, 0, 0]);
  });
});
