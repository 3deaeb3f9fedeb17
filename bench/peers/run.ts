// Measures what one might use instead, as far as it is installed; says what it lacks for the rest, and installs nothing.
//
//   node bench/peers/run.ts [--modules FOLDER/node_modules] [--save]
//
// Everything needs: root; Debian's iproute2, nftables, iperf3, ethtool, openvswitch-switch, python3-scapy; and in some folder
// npm install --ignore-scripts cap@0.2.1 ip-packet@2.2.1 pcap@3.1.0

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Frame } from "opte-core";
import { FrameRing } from "../harness/frame-ring.ts";
import { HitBench } from "../harness/hit-bench.ts";
import { describeRun, loadNow } from "../report/results.ts";
import { tableText } from "../table.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";
import { jsParsers } from "./js-parsers.ts";
import { kernelPath } from "./kernel.ts";
import { openVswitch } from "./open-vswitch.ts";
import { PEER_HEAD, peerCells, type PeerFigure, timesOf } from "./peer-figure.ts";

const RESULTS = fileURLToPath(new URL("../results/peers.json", import.meta.url));

const { values: options } = parseArgs({
  options: { modules: { type: "string" }, save: { type: "boolean", default: false } },
});

const run = describeRun(false);
const figures: PeerFigure[] = [...engine()];
const missing: string[] = [];
const { modules } = options;
await ask("JavaScript parsers", "--modules", modules !== undefined, () => jsParsers(modules ?? ""));
await ask("scapy", "python3-scapy", spawnSync("/usr/bin/python3", ["-c", "import scapy"]).status === 0, scapy);
await ask("kernel path", "root, iproute2, nftables, iperf3", has("ip", "nft", "iperf3"), kernelPath);
await ask(
  "Open vSwitch",
  "root, iproute2, iperf3, openvswitch-switch",
  has("ip", "iperf3", "ovs-vswitchd"),
  openVswitch,
);

console.log(tableText({ title: "Peers", head: PEER_HEAD, rows: figures.map(peerCells) }));
for (const line of missing) console.log(`Not measured: ${line}`);
if (options.save) {
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(
    RESULTS,
    `${JSON.stringify({ ...run, load: [run.load[0], loadNow()], figures, missing }, undefined, 1)}\n`,
  );
}

/** Measures one peer, if what it needs is there. */
async function ask(
  peer: string,
  needs: string,
  isThere: boolean,
  measure: () => PeerFigure[] | Promise<PeerFigure[]>,
): Promise<void> {
  if (!isThere) {
    missing.push(`${peer}: needs ${needs}`);
    return;
  }
  try {
    figures.push(...(await measure()));
  } catch (error) {
    missing.push(`${peer}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Our own hit, from one buffer into the same: neither a system call nor a copy is in it. */
function engine(): PeerFigure[] {
  return (["none", "snat"] as const).map((nat) => {
    const traffic = new Traffic(new VpcWorld({ nat }), { family: 4, protocol: "udp" }, 1);
    traffic.begin(0, 1);
    const bench = new HitBench(traffic, traffic.steadyFrames("out", 64), 1, 4096);
    const ns = timesOf(
      60,
      () => bench.run(),
      () => bench.prepare(),
    ).map((ms) => (ms * 1e6) / bench.packets);
    return {
      name: `opte-core, ${nat === "none" ? "no NAT" : "source NAT"}`,
      what: "UDP over IPv4, 64 bytes, one flow, in one process",
      unit: "ns a packet",
      best: Math.min(...ns),
      work: "parse, flow table, statistics, rewriting, Geneve; no input or output",
    };
  });
}

/** scapy, on one frame of the same kind. */
function scapy(): PeerFigure[] {
  const frames = new Traffic(new VpcWorld(), { family: 4, protocol: "udp" }, 1).firstFrames(64);
  const ring = new FrameRing(frames.template, 1);
  frames.write(ring, 0, 0);
  const frame = new Frame(ring.bytes, ring.at(0), ring.at(0) + ring.frameLen);
  const script = fileURLToPath(new URL("scapy-peer.py", import.meta.url));
  const output = execFileSync("/usr/bin/python3", [script, Buffer.from(frame.view()).toString("hex")], {
    encoding: "utf8",
  });
  const seconds = JSON.parse(output) as { dissect: number; rewrite: number }; // Unwrap: what the script prints
  const figure = (name: string, best: number, work: string): PeerFigure => ({
    name: `scapy, ${name}`,
    what: "UDP over IPv4, 64 bytes",
    unit: "ns a packet",
    best: best * 1e9,
    work,
  });
  return [
    figure("dissect", seconds.dissect, "an object a header; fields on demand"),
    figure(
      "dissect and rewrite",
      seconds.rewrite,
      "the same, address and port set, checksums made anew, no flow table",
    ),
  ];
}

function has(...programs: readonly string[]): boolean {
  return process.getuid?.() === 0 && programs.every((program) => spawnSync("which", [program]).status === 0);
}
