// Runs one group of cases in this process, and sends each row to the process that started it.

import { CASE_GROUPS } from "./cases/index.ts";
import { wanted } from "./harness/case-filter.ts";
import type { MeasureOptions } from "./harness/measure.ts";
import { startProfile } from "./report/profile.ts";

type Mode = "full" | "quick" | "profile";

const ROUNDS: Readonly<Record<Mode, MeasureOptions>> = {
  full: { rounds: 48, warmUp: 16 },
  quick: { rounds: 16, warmUp: 8 },
  // Long enough for samples at every 100 µs to tell functions apart
  profile: { rounds: 500, warmUp: 16 },
};

const [name, filter = "", mode = "full", profileFolder = ""] = process.argv.slice(2);
const group = CASE_GROUPS.find((each) => each.name === name);
if (group === undefined || process.send === undefined) throw new Error(`Cannot run the group "${name ?? ""}" alone`);
const stop = mode === "profile" ? await startProfile() : undefined;
const rounds = ROUNDS[mode as Mode]; // Unwrap: run.ts gives one of these
const wants = mode === "profile" ? (each: string): boolean => each === filter : wanted(filter);
for await (const row of group.run({ ...rounds, isQuick: mode === "quick", wants })) process.send(row);
await stop?.(profileFolder, filter);
process.disconnect();
