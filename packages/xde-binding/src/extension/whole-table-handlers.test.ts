import { Errno, OpteError } from "opte-api";
import { Frame } from "opte-core";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { ipFrame, type Message, tcp, udp } from "../../../oxide-vpc/test/frames.js";
import { AttachedGuest } from "../../test/guest.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import { MemoryLink } from "../link/memory-link.js";
import { wholeTableHandlers } from "./whole-table-handlers.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
const portName = A.name;
const PORTS_AT = 34;
const SYN = 2;

let handlers: ReturnType<typeof wholeTableHandlers>;
let wire: AttachedGuest;
let sent: number;

beforeEach(async () => {
  const [link] = MemoryLink.pair("net0", "wire");
  const sled = new SledBench([link]);
  await sled.underlay("net0", "net0");
  await sled.create(A);
  await sled.knows(B);
  handlers = wholeTableHandlers(sled.xde);
  wire = new AttachedGuest(sled, A);
  sent = 0;
});

/** Sends a packet of each of so many new flows. */
function sendFlows(count: number, message: Message = udp(1, 1)): void {
  const template = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, message);
  for (const end = sent + count; sent < end; sent++) {
    const frame = Frame.ofGuest(template);
    new DataView(frame.bytes.buffer).setUint32(frame.start + PORTS_AT, 0x0400_0400 + sent);
    wire.port.send([frame]);
  }
}

async function refusalOf(call: () => unknown): Promise<OpteError["payload"] | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof OpteError) return error.payload;
    throw error;
  }
}

function tooMany(cmd: string, entries: number): OpteError["payload"] {
  const msg = `${cmd} tells at most 4096 entries, and there are ${entries}: ${cmd}Page tells them by the page`;
  return { kind: "System", errno: Errno.ENOTSUP, msg };
}

describe("a table that is told whole", () => {
  it("has 4096 entries at most, for packets wait meanwhile: unified flows", async () => {
    sendFlows(4096);
    expect((await handlers.DumpUft({ portName })).outFlows).toHaveLength(4096);
    sendFlows(1);
    expect(await refusalOf(() => handlers.DumpUft({ portName }))).toEqual(tooMany("DumpUft", 4097));
  });

  it("has 4096 entries at most: flows of a layer, both directions of each", async () => {
    sendFlows(2048);
    const { ftIn, ftOut } = await handlers.DumpLayer({ portName, name: "firewall" });
    expect([ftIn.length, ftOut.length]).toEqual([2048, 2048]);
    sendFlows(1);
    const refusal = await refusalOf(() => handlers.DumpLayer({ portName, name: "firewall" }));
    expect(refusal).toEqual(tooMany("DumpLayer", 4098));
    // Other layers keep no flows of their own
    expect((await handlers.DumpLayer({ portName, name: "router" })).ftOut).toEqual([]);
    expect(await refusalOf(() => handlers.DumpLayer({ portName, name: "nothing" }))).toMatchObject({
      kind: "LayerNotFound",
    });
  });

  it("has 4096 entries at most: TCP flows", async () => {
    sendFlows(4096, tcp(1, 1, SYN));
    expect((await handlers.DumpTcpFlows({ portName })).flows).toHaveLength(4096);
    sendFlows(1, tcp(1, 1, SYN));
    expect(await refusalOf(() => handlers.DumpTcpFlows({ portName }))).toEqual(tooMany("DumpTcpFlows", 4097));
  });
});
