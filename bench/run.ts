// What `npm run bench` runs: every benchmark, one after the other, on the built packages.

import { benchMappings } from "./mapping.ts";
import { tableText } from "./table.ts";

for (const bench of [benchMappings]) console.log(`${tableText(bench())}\n`);
