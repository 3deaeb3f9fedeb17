// A CPU profile of this process, as V8 writes it and as a flame graph.

import { mkdirSync, writeFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { join } from "node:path";
import { flameGraphSvg, type FlameNode } from "./flame-graph.ts";

const SAMPLE_US = 100;

/**
 * Starts to take samples.
 *
 * @returns what ends the profile and writes it to a folder: `NAME.cpuprofile` with everything, for Chrome's developer tools and
 *   speedscope, and `NAME.svg` with the case alone, without its preparation and its floor
 */
export async function startProfile(): Promise<(folder: string, name: string) => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await session.post("Profiler.start");
  return async (folder, name) => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name.replaceAll(/[^\w.]+/g, "-"));
    writeFileSync(`${path}.cpuprofile`, JSON.stringify(profile));
    writeFileSync(`${path}.svg`, flameGraphSvg(name, caseTree(profile)));
    console.log(`Profile: ${path}.svg and ${path}.cpuprofile`);
  };
}

/** What ran below the `run` of a case, with equal stacks as one; everything, for cases that have none. */
function caseTree(profile: Profiler.Profile): FlameNode {
  const selfMs = new Map<number, number>();
  profile.samples?.forEach((id, i) => {
    selfMs.set(id, (selfMs.get(id) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1000);
  });
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const whole: FlameNode = { name: "everything", ms: 0, children: new Map() };
  const cases: FlameNode = { name: "the case", ms: 0, children: new Map() };
  const walk = (id: number, into: FlameNode, isTimed: boolean): number => {
    const node = nodes.get(id);
    if (node === undefined) return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const isEntry = isTimed && functionName === "run" && !url.includes("floor-bench");
    const name = `${functionName || "(anonymous)"} ${url.split("/").at(-1) ?? ""}:${lineNumber + 1}`;
    const parent = isEntry ? cases : into;
    const flame = parent.children.get(name) ?? { name, ms: 0, children: new Map() };
    parent.children.set(name, flame);
    let ms = selfMs.get(id) ?? 0;
    for (const child of node.children ?? []) ms += walk(child, flame, functionName === "timeOf");
    flame.ms += ms;
    if (isEntry) cases.ms += ms;
    return ms;
  };
  const root = profile.nodes[0];
  if (root !== undefined) whole.ms = walk(root.id, whole, false);
  return cases.ms > 0 ? cases : whole;
}
