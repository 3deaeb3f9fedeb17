// The export condition `opte-threaded` of the built opte-core: the same names, with locks that threads share.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as opteCore from "opte-core";

const run = promisify(execFile);
const entry = fileURLToPath(new URL("lock-entry.js", import.meta.url));

async function result(...options: readonly string[]): Promise<unknown> {
  return JSON.parse((await run(process.execPath, [...options, entry])).stdout);
}

describe("opte-core under the export condition opte-threaded", () => {
  it("has the names of the default context, and locks that keep threads apart whatever their holders throw", async () => {
    expect(await result("--conditions=opte-threaded")).toEqual({
      entries: 60_000,
      writes: 15_000,
      tornReads: 0,
      reentry: 'Cannot take lock "mutex": it is held by whoever asks, taken at first; asked for again at second',
      names: Object.keys(opteCore).sort(),
    });
  });
});

describe("opte-core without a condition", () => {
  it("tells which condition a program lacks that shares locks", async () => {
    expect(await result()).toMatchObject({
      failure:
        'System error 48: Cannot share lock "mutex" between threads: opte-core is loaded without the export condition "opte-threaded"',
    });
  });
});
