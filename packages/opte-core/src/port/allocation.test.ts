import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { MacAddr, type Direction } from "opte-api";
import { Frame } from "../packet/frame.js";
import { parseGuest } from "../packet/parse.js";
import { Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { Port } from "./port.js";

const HITS = 1_000_000;
const ALLOWED_BYTES = 1_000_000;

/** The engine's collector, which a program sees only on demand. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  // Unwrap: with the flag set, every new context has this function
  return runInNewContext("gc") as () => void;
}

/** A port under a clock that moves with every packet, in whole milliseconds, and makes no garbage of its own. */
function statefulPort(): Port {
  let nowMs = 0;
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => ++nowMs } })
    .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: 8 }, { at: "first" })
    .create(
      { parse: (_dir: Direction, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: 8, tcp: 8 },
    );
  port.start();
  return port;
}

function ipv4(proto: number, payload: readonly number[]): Frame {
  const header = [0x45, 0, 0, 20 + payload.length, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
  return Frame.ofGuest(Uint8Array.from([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, ...header, ...payload]));
}

describe("a hit in the unified flow table", () => {
  it.each([
    ["UDP", ipv4(17, [4, 0, 0, 53, 0, 8, 0, 0])],
    // Numbers beyond what V8 keeps without a box.
    ["TCP", ipv4(6, [4, 0, 0, 80, 0xf0, 0, 0, 1, 0xe0, 0, 0, 1, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0])],
  ])("allocates nothing for %s", (_name, frame) => {
    const gc = collector();
    const port = statefulPort();
    const { start, end } = frame;
    const send = (count: number): void => {
      for (let i = 0; i < count; i++) {
        frame.start = start;
        frame.end = end;
        if (port.process("out", frame) !== Verdict.Modified) throw new Error("The packet was refused");
      }
    };
    send(10_000);
    gc();
    const before = process.memoryUsage().heapUsed;
    send(HITS);
    // Read before the collector runs: garbage counts too.
    const grown = process.memoryUsage().heapUsed - before;
    expect(port.stats()["out_uft_hit"]).toBe(HITS + 10_000 - 1);
    expect(grown).toBeLessThan(ALLOWED_BYTES);
  });
});
