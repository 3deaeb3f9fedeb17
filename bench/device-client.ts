// A worker that asks a device for what is large, over its socket, as another process would.

import { parentPort, workerData } from "node:worker_threads";
import { UnixSocketTransport, XdeClient } from "xde-binding";

/** What it is started with. */
export interface DeviceClientStart {
  /** Of the socket. */
  readonly path: string;
  readonly portName: string;
}

/** What it can be told to ask for. It answers each with the number of entries or bytes that came. */
export type DeviceQuestion = "uft" | "tcp-flows" | "firewall-layer" | "snapshot";

/** Bytes that are asked for at once. */
const PART = 1 << 20;

if (parentPort === null) throw new Error("A client of a device runs as a worker");
const thread = parentPort;
const { path, portName } = workerData as DeviceClientStart; // Unwrap: DeviceWorld hands it this
const client = new XdeClient(new UnixSocketTransport(path));
const ask: Readonly<Record<DeviceQuestion, () => Promise<number>>> = {
  uft: async () => {
    const { inFlows, outFlows } = await client.dumpUft({ portName });
    return inFlows.length + outFlows.length;
  },
  "tcp-flows": async () => (await client.dumpTcpFlows({ portName })).flows.length,
  "firewall-layer": async () => {
    const { ftIn, ftOut } = await client.dumpLayer({ portName, name: "firewall" });
    return ftIn.length + ftOut.length;
  },
  snapshot: async () => {
    const { snapshotId, length } = await client.openSnapshot({ portName });
    for (let offset = 0; offset < length;) {
      offset += (await client.readSnapshot({ snapshotId, offset, maxBytes: PART })).bytes.length;
    }
    await client.closeSnapshot({ snapshotId });
    return length;
  },
};

thread.on("message", (question: DeviceQuestion) => {
  void ask[question]().then((count) => {
    thread.postMessage(count);
  });
});
thread.postMessage(0);
