// Random ports, packets and commands (issue C): 10,000 configurations of 1,000 packets each when OPTE_FUZZ is `full`, a twentieth of
// the configurations otherwise. A failure names the configuration by its seed: `OPTE_FUZZ=<seed>` runs that one alone.

import { describe, expect, it } from "vitest";
import { type Counts, FuzzRun } from "./fuzz/fuzz-run.js";
import { fuzzSeeds, runSeeds } from "./fuzz/fuzz-seeds.js";

const PACKETS = 1000;
const FULL = 10_000;
const PART = 500;
const TIMEOUT_MS = 1_800_000;

const seeds = fuzzSeeds(FULL, PART);

describe("a VPC port under random configurations, packets and commands", () => {
  const counts: Counts = new Map();

  it(
    `never throws, leaks no SNAT port, lets out nothing spoofed and in nothing denied (${seeds.length} configurations)`,
    async () => {
      await runSeeds(seeds, (seed) => {
        new FuzzRun(seed, counts).run(PACKETS);
      });
    },
    TIMEOUT_MS,
  );

  // One configuration shows little, and is only run alone to look at a failure.
  if (seeds.length === 1) return;

  it("lets packets come to every end, by every path, or the above would prove little", () => {
    const ends = [
      ...[
        "modified 1",
        "modified 2",
        "modified 3",
        "drop firewall",
        "drop gateway",
        "drop",
        "parse_error",
        "error",
      ].flatMap((end) => [`in ${end}`, `out ${end}`]),
      ...["out drop router", "out drop nat", "out drop overlay", "out hairpin", "SNAT pools emptied"],
    ];
    for (const end of ends) expect(counts.get(end) ?? 0, end).toBeGreaterThan(seeds.length / 20);
  });
});
