// The shared vectors against our engine. `vectors-baseline.json` holds how many of each area have passed once: a count may
// never fall. When one has risen, this test says so, and the baseline is to be raised by hand with the change that did it.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FieldReader, parseJson } from "../src/conformance/json.js";
import { runConformance } from "../src/conformance/run-conformance.js";
import { findVectorFiles } from "../src/conformance/vector-files.js";

const folder = fileURLToPath(new URL("../vectors", import.meta.url));
const baseline = new FieldReader(
  parseJson(readFileSync(new URL("../vectors-baseline.json", import.meta.url), "utf8")),
  "",
);

const tally = runConformance({
  files: findVectorFiles([folder]),
  areas: [],
  bail: false,
  onReport: () => undefined,
});
const rows = tally.rows.map((row) => ({
  ...row,
  total: row.passed + row.failed,
  before: baseline.has(row.name) ? baseline.integer(row.name, 0, Number.MAX_SAFE_INTEGER) : 0,
}));

describe("the shared vectors", () => {
  it.each(rows)("$name: $passed of $total pass", ({ passed, before }) => {
    expect(passed).toBeGreaterThanOrEqual(before);
  });

  it("have every area and group of areas in the baseline, and no other", () => {
    expect(baseline.keys().sort()).toEqual(rows.map((row) => row.name).sort());
  });
});

const unfinished = rows.filter((row) => row.failed > 0).map((row) => `${row.name} ${row.passed} of ${row.total}`);
if (unfinished.length > 0) console.log(`Vectors not yet passing whole: ${unfinished.join(", ")}`);
for (const { name, passed, before } of rows) {
  if (passed > before) console.log(`Vectors of ${name}: ${passed} pass, raise the baseline from ${before}`);
}
