// The export condition `opte-no-probes` of the built opte-core: the same engine, from which every probe point is compiled out.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as opteCore from "opte-core";
import { ROOT } from "../workspace-packages.ts";

const run = promisify(execFile);
const entry = fileURLToPath(new URL("probes-entry.js", import.meta.url));
const DIST = join(ROOT, "packages/opte-core/dist");

/** Every probe point by name: the members of `ProbesProvider`. */
const PROBES = [
  ...readFileSync(join(ROOT, "packages/opte-core/src/provider/probes.ts"), "utf8").matchAll(/^ {2}(\w+)\?\(/gm),
].map(([, name = ""]) => name);

/** The text of a built file and of all that it imports from the package. */
function builtText(path: string, seen = new Set<string>()): string {
  if (seen.has(path)) return "";
  seen.add(path);
  const text = readFileSync(path, "utf8");
  const imports = [...text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)].map(([, name = ""]) => name);
  return [text, ...imports.map((name) => builtText(join(dirname(path), name), seen))].join("\n");
}

/** Names of probes that a text has as names of its own. */
const probesIn = (text: string): string[] => PROBES.filter((name) => new RegExp(`(?<!#)\\b${name}\\b`).test(text));

interface Outcome {
  readonly heard: readonly string[];
  readonly frames: unknown;
  readonly names: readonly string[];
}

async function outcome(...conditions: readonly string[]): Promise<Outcome> {
  const options = conditions.map((condition) => `--conditions=${condition}`);
  const { stdout } = await run(process.execPath, [...options, entry, PROBES.join()]);
  return JSON.parse(stdout) as Outcome; // Unwrap: that is what the entry prints
}

describe("opte-core under the export condition opte-no-probes", () => {
  it.each(["no-probes", "no-probes-threaded"])("has no trace of a probe point (%s)", (folder) => {
    const text = builtText(join(DIST, folder, "index.js"));
    expect(text).toContain("processBatch(");
    expect(probesIn(text)).toEqual([]);
    // The bag that providers come in has its name still, and that is all.
    expect(text.match(/probes\??\.(?!ts$)|\bPROBES\b/gm)).toBeNull();
    expect(text).not.toContain("sourceMappingURL");
  });

  it("has all of them without it, or the above would show nothing", () => {
    expect(PROBES.length).toBeGreaterThan(15);
    for (const folder of [".", "threaded"]) {
      const text = builtText(join(DIST, folder, "index.js"));
      expect(probesIn(text)).toEqual(PROBES);
    }
  });

  it("takes packets as ever, under a network that knows nothing of it, and tells no listener", async () => {
    const [plain, ...silent] = await Promise.all([
      outcome(),
      outcome("opte-no-probes"),
      outcome("opte-no-probes", "opte-threaded"),
    ]);
    expect(plain.heard).toEqual(
      expect.arrayContaining(["portProcessEntry", "portProcessReturn", "ruleMatch", "htRun", "uftHit", "flowExpired"]),
    );
    expect(plain.frames).toMatchObject([
      { verdict: 0, path: 3 },
      { verdict: 0, path: 1 },
    ]);
    for (const { heard, frames, names } of silent) {
      expect(heard).toEqual([]);
      expect(frames).toEqual(plain.frames);
      expect(names).toEqual(Object.keys(opteCore).sort());
    }
  });
});
