// What flows take of memory, and what packets leave behind in it.

import { Frame, parseGuest, type Port, PortBuilder, Verdict } from "opte-core";
import { nodeClock } from "xde-binding";
import type { CaseGroup } from "../harness/case-group.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import { HitBench } from "../harness/hit-bench.ts";
import type { Row } from "../harness/row.ts";
import { collectGarbage, sampleRow, usedBytes } from "../harness/samples.ts";
import { ADDRESSES, GUEST_MAC } from "../world/addresses.ts";
import { FlowFrames } from "../world/flow-frames.ts";
import type { Family, Protocol } from "../world/flow-template.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const FLOWS = 1_000_000;
const UFT_CASES = [
  { family: 4, protocol: "udp" },
  { family: 4, protocol: "tcp" },
  { family: 6, protocol: "udp" },
  { family: 6, protocol: "tcp" },
] as const;
const SYN = 0x02;
const ACK = 0x10;
const BATCH = 4096;
const MILLION = 1_000_000;

export const memoryGroup: CaseGroup = {
  name: "memory",
  // Room for the garbage of a million packets, so that no collection takes it away before it is counted
  flags: ["--min-semi-space-size=64", "--max-semi-space-size=64"],
  *run(options) {
    for (const { family, protocol } of UFT_CASES) {
      const name = `memory/uft-entry/ipv${family}/${protocol}`;
      if (options.wants(name)) yield uftEntry(name, family, protocol);
    }
    const flows = options.isQuick ? FLOWS / 10 : FLOWS;
    for (const protocol of ["udp", "tcp"] as const) {
      const name = `memory/vpc-flow/${protocol}`;
      if (options.wants(name)) yield vpcFlow(name, protocol, flows);
    }
    for (const protocol of ["udp", "tcp"] as const) {
      const name = `memory/heap-growth/${protocol}`;
      if (options.wants(name)) yield heapGrowth(name, protocol);
    }
  },
};

/**
 * A pair of unified tables alone: a port whose one layer keeps no flows, with a million in either direction. What the table of TCP flows
 * takes is left out; it is what remains when the unified entries are gone.
 */
function uftEntry(name: string, family: Family, protocol: Protocol): Row {
  const before = usedBytes();
  const port = new PortBuilder("opte0", GUEST_MAC, { clock: nodeClock })
    .addLayer({ name: "open", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "first" })
    .create(
      { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: FLOWS, tcp: FLOWS },
    );
  port.start();
  const { guest, inside: peer } = ADDRESSES[family];
  const shape = { family, protocol, bodyLen: 0, guest, peer, isExternal: false } as const;
  fill(port, "out", new FlowFrames({ dir: "out", ...shape, flags: SYN, seq: 1 }), FLOWS);
  fill(port, "in", new FlowFrames({ dir: "in", ...shape, flags: SYN | ACK, seq: 1, ack: 2 }), FLOWS);
  const filled = usedBytes();
  const { in_uft_flows: made, out_uft_flows: sent } = port.stats();
  if (made !== FLOWS || sent !== FLOWS) throw new Error(`${made} and ${sent} entries were made`);
  let others = before;
  if (protocol === "tcp") {
    port.clearUft();
    others = usedBytes();
  }
  return sampleRow(`${name}/${FLOWS}`, "bytes", [(filled - others) / (2 * FLOWS)], {
    target: { of: "value", atMost: 160 },
    note: "an entry and direction, index, programs and all",
  });
}

function fill(port: Port, dir: "in" | "out", frames: FlowFrames, flows: number): void {
  const ring = new FrameRing(frames.template, 1);
  const frame = Frame.allocate(0);
  frame.bytes = ring.bytes;
  for (let flow = 0; flow < flows; flow++) {
    frames.write(ring, 0, flow);
    frame.start = ring.at(0) + frames.template.tunnelLen;
    frame.end = ring.at(0) + ring.frameLen;
    if (port.process(dir, frame) !== Verdict.Modified) throw new Error(`Flow ${flow} was not let ${dir}`);
  }
}

/** Everything that a flow through a VPC port takes: both unified entries, its entries in the layers, TCP. */
function vpcFlow(name: string, protocol: Protocol, flows: number): Row {
  const before = usedBytes();
  const world = new VpcWorld();
  const traffic = new Traffic(world, { family: 4, protocol }, flows);
  traffic.begin(0, flows);
  const bytes = usedBytes() - before;
  if (world.port.stats()["out_uft_flows"] !== flows) throw new Error("Not every flow was made");
  return sampleRow(`${name}/${flows}`, "bytes", [bytes / flows], { note: "a flow, both directions, all tables" });
}

/** Garbage of a million hits, before any collection. */
function heapGrowth(name: string, protocol: Protocol): Row {
  const traffic = new Traffic(new VpcWorld(), { family: 4, protocol }, 1000);
  traffic.begin(0, 1000);
  const bench = new HitBench(traffic, traffic.steadyFrames("out", 0), 1000, BATCH);
  const send = (packets: number): void => {
    for (let sent = 0; sent < packets; sent += BATCH) {
      bench.prepare();
      bench.run();
    }
  };
  send(MILLION);
  const samples = Array.from({ length: 3 }, () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    send(MILLION);
    return Math.max(0, process.memoryUsage().heapUsed - before);
  });
  return sampleRow(name, "bytes", samples, { target: { of: "value", atMost: 100_000 }, note: "a million hits" });
}
