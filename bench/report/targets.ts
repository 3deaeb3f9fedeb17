// The targets of the project, each with the rows that it is about.

import { isMet, type Row } from "../harness/row.ts";
import { quantity } from "./text.ts";

interface Goal {
  readonly text: string;
  readonly isAbout: (name: string) => boolean;
}

const starts =
  (prefix: string): Goal["isAbout"] =>
  (name) =>
    name.startsWith(prefix);
const isHandedFloor = (name: string): boolean => /^hit\/ipv4\/(?:tcp|udp)\/[^/]+\/out\//.test(name);
const isBatched = (name: string): boolean => name.includes("/batch/");
const flowsOf = (name: string): number => Number(name.split("/").at(-1));

const GOALS: readonly Goal[] = [
  {
    text: "Hit, outbound IPv4 TCP and UDP, 1 and 1,000 flows: ≤ 2.0 floors",
    isAbout: (name) => isHandedFloor(name) && flowsOf(name) <= 1000,
  },
  {
    text: "Hit, outbound IPv4 TCP and UDP, 60,000 to 500,000 flows, in batches of 64: ≤ 1.5 floors",
    isAbout: (name) => isHandedFloor(name) && isBatched(name),
  },
  {
    text: "The same, frame by frame: ≤ 1.5 floors",
    isAbout: (name) => isHandedFloor(name) && flowsOf(name) > 1000 && !isBatched(name),
  },
  {
    text: "Hit, inbound, IPv6 and ICMP: ≤ 2.0 of their own floors",
    isAbout: (name) => name.startsWith("hit/") && !isHandedFloor(name),
  },
  { text: "New flow: ≤ 50 one-flow floors up to 100 rules, ≤ 70 at 10,000", isAbout: starts("new-flow/") },
  { text: "Hairpins: ≤ 30 floors, DHCPv6 ≤ 60", isAbout: starts("hairpin/") },
  { text: "Adding one of 10,000 rules under traffic: ≤ 200 µs", isAbout: starts("rule-change/10000-rules") },
  { text: "A new flow into a full table: ≤ 2 times one into an empty table", isAbout: starts("full-table/") },
  { text: "Rule changes stop packets for ≤ 1 ms at 500,000 flows", isAbout: (name) => name.includes("-flows/pause-") },
  { text: "Expiry stops packets for ≤ 1 ms at 500,000 flows", isAbout: starts("expiry/") },
  { text: "Memory of a unified entry and direction, one million flows: ≤ 160 bytes", isAbout: starts("memory/uft") },
  { text: "Hits leave no garbage: ≤ 100 kB a million", isAbout: starts("memory/heap-growth") },
  { text: "Two worker threads: ≥ 1.8 times one", isAbout: starts("shard/") },
];

/** Cells of a line for each target: what it asks, how many rows keep to it, the row that is farthest off. */
export function targetCells(rows: readonly Row[]): string[][] {
  return GOALS.map(({ text, isAbout }) => {
    const about = rows.filter((row) => row.target !== undefined && isAbout(row.name));
    if (about.length === 0) return [text, "not measured", "", ""];
    const met = about.filter((row) => isMet(row) === true).length;
    const worst = about.toSorted((a, b) => excess(b) - excess(a))[0];
    return [
      text,
      met === about.length ? "met" : met === 0 ? "**not met**" : "**in part**",
      `${met} of ${about.length}`,
      worst === undefined ? "" : worstText(worst),
    ];
  });
}

/** How many times the limit a row comes to. */
function excess({ target, ratio, best }: Row): number {
  if (target === undefined) return 0;
  const value = target.of === "ratio" ? (ratio?.best ?? 0) : best;
  return target.atMost === undefined ? (target.atLeast ?? 0) / value : value / target.atMost;
}

function worstText(row: Row): string {
  const value = row.target?.of === "ratio" ? (row.ratio?.best ?? 0).toFixed(2) : quantity(row.best, row.unit);
  return `\`${row.name}\`: ${value}, ${excess(row).toFixed(2)} of the limit`;
}
