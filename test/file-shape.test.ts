// Files stay small enough to be read in one go.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./workspace-packages.ts";

const sources = globSync("packages/*/src/**/*.ts", { cwd: ROOT })
  .filter((path) => !/\.(?:test|bench)\.ts$/.test(path))
  .map((path) => ({ path, lines: readFileSync(join(ROOT, path), "utf8").split("\n").length - 1 }));

describe("source files", () => {
  it("stay under 250 lines, nine of ten", () => {
    const long = sources.filter(({ lines }) => lines >= 250);
    expect(long.length, JSON.stringify(long)).toBeLessThanOrEqual(sources.length / 10);
  });

  it("are never much longer than 400 lines", () => {
    expect(sources.filter(({ lines }) => lines > 440)).toEqual([]);
  });
});
