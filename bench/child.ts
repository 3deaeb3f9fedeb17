// Runs one group of cases in this process, and sends each row to the process that started it.

import { CASE_GROUPS } from "./cases/index.ts";
import { wanted } from "./harness/case-filter.ts";

const [name, filter = "", quick] = process.argv.slice(2);
const group = CASE_GROUPS.find((each) => each.name === name);
if (group === undefined || process.send === undefined) throw new Error(`Cannot run the group "${name ?? ""}" alone`);
const isQuick = quick === "quick";
const rounds = isQuick ? { rounds: 16, warmUp: 8 } : { rounds: 48, warmUp: 16 };
for await (const row of group.run({ ...rounds, isQuick, wants: wanted(filter) })) process.send(row);
process.disconnect();
