// docs/performance.md with its charts, from a run's results.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Row } from "../harness/row.ts";
import { tableText } from "../table.ts";
import { PEER_HEAD, peerCells, type PeerResults } from "../peers/peer-figure.ts";
import { type Chart, chartSvg } from "./chart.ts";
import { readResults, type Results } from "./results.ts";
import { targetCells } from "./targets.ts";
import { rowCells, TABLE_HEAD } from "./text.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RESULTS = join(ROOT, "bench/results");

const CURVES = [
  { what: "flows", title: "A hit, by the number of flows", xName: "flows" },
  { what: "ports", title: "A hit, by the number of ports, one flow each", xName: "ports" },
  { what: "payload", title: "A hit, by the length of the payload", xName: "bytes" },
  { what: "batch", title: "A hit, by the size of the batch", xName: "packets" },
  { what: "rules", title: "A new flow, by the number of firewall rules", xName: "rules" },
] as const;

/** Keeps results beside earlier ones. @returns the file */
export function saveResults(results: Results): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${results.date.slice(0, 16).replaceAll(":", "")}-${results.commit}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);
  return file;
}

/** Writes the page and its charts from the newest results that are kept. */
export function publishNewest(): void {
  const newest = readdirSync(RESULTS)
    .filter((name) => /^\d{4}-.*\.json$/.test(name))
    .toSorted()
    .at(-1);
  if (newest === undefined) throw new Error("Cannot publish: there are no results in bench/results");
  const results = readResults(join(RESULTS, newest));
  const folder = join(ROOT, "docs/performance");
  mkdirSync(folder, { recursive: true });
  for (const { what, title, xName } of CURVES) {
    const chart = curveChart(results.rows, what, title, xName);
    if (chart !== undefined) writeFileSync(join(folder, `${what}.svg`), chartSvg(chart));
  }
  const notes = readFileSync(join(ROOT, "bench/report/notes.md"), "utf8");
  const peersFile = join(RESULTS, "peers.json");
  // Unwrap: bench/peers/run.ts alone writes it
  const peers = existsSync(peersFile) ? (JSON.parse(readFileSync(peersFile, "utf8")) as PeerResults) : undefined;
  writeFileSync(join(ROOT, "docs/performance.md"), performancePage(results, newest, notes, peers));
}

/** The page. @param notes what no program can know: what was tried, and what the figures of peers are worth */
export function performancePage(results: Results, file: string, notes: string, peers?: PeerResults): string {
  const { node, v8, machine, commit, isDirty, date, load, rows, isQuick, hurried } = results;
  const groups = [...new Set(rows.map(({ name }) => name.split("/")[0] ?? ""))];
  const curves = CURVES.filter(({ what }) => rows.some(({ name }) => name.startsWith(`curve/${what}/`)));
  return [
    "# Performance",
    "",
    "<!-- Made by `npm run bench -- --publish`; edit bench/report/ instead. -->",
    "",
    `Measured ${date.slice(0, 10)} at commit ${commit}${isDirty ? " with local changes" : ""}: Node ${node} (V8 ${v8}), ${machine.cpu}, ${machine.cores} cores,`,
    `${machine.memoryGiB} GiB, Linux ${machine.kernel}; load of the machine ${load[0]} before and ${load[1]} after${isQuick ? "; a quick run" : ""}.`,
    `All figures: [bench/results/${file}](../bench/results/${file}); \`npm run bench\` makes them anew.`,
    "",
    "A figure counts as its ratio to the _floor_, the least that a cache hit can be in plain JavaScript on the machine at hand",
    "(`bench/floor.mjs`, and `bench/floor-variants.mjs` for what it leaves out), timed in turn with the case in the same process. _Best_ and",
    "_median_ are of many rounds; absolute times mean little on a shared machine. Everything is on in what is measured: verdicts, statistics,",
    "TCP state, epoch, bounds, both address families; each case shows before it is timed that its packets take the path it names and come out",
    "right to the byte.",
    "",
    ...(hurried.length === 0
      ? []
      : [`With fewer rounds and sizes, for want of time on a busy machine: ${hurried.join(", ")}.`, ""]),
    "## Targets",
    "",
    table("", ["target", "", "rows", "farthest from it"], targetCells(rows)),
    "",
    notes.trim(),
    "",
    "## Growth",
    "",
    ...curves.flatMap(({ what, title }) => [`![${title}](performance/${what}.svg)`, ""]),
    ...(peers === undefined ? [] : peerSection(peers)),
    "## All figures",
    "",
    ...groups.flatMap((group) => [
      `### ${group}`,
      "",
      table("", TABLE_HEAD, rows.filter(({ name }) => name.split("/")[0] === group).map(rowCells)),
      "",
    ]),
  ].join("\n");
}

function peerSection({ date, load, figures }: PeerResults): string[] {
  return [
    "## Peers",
    "",
    `What one might use instead, measured on the same machine ${date.slice(0, 10)} by \`node bench/peers/run.ts\`, which says what it needs and has`,
    `the exact set-up (load ${load.join(" → ")}). They do different work, as the last column says: our figures have neither input nor output in`,
    "them, iperf3 runs three processes on two cores and is the limit of what it measures.",
    "",
    table("", PEER_HEAD, figures.map(peerCells)),
    "",
  ];
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableText({ title, head, rows }).trim();
}

function curveChart(rows: readonly Row[], what: string, title: string, xName: string): Chart | undefined {
  const prefix = `curve/${what}/`;
  const points = rows
    .filter(({ name }) => name.startsWith(prefix))
    .map((row) => ({ x: Number(row.name.slice(prefix.length)), row }));
  if (points.length < 2) return undefined;
  return {
    title,
    xName,
    yName: "ns a packet, best of many rounds",
    series: [
      { name: "engine", color: "#2a78c8", points: points.map(({ x, row }) => [x, row.best]) },
      {
        name: "floor beside it",
        color: "#c8762a",
        points: points.map(({ x, row }) => [x, row.floor?.best ?? row.best]),
      },
    ],
  };
}
