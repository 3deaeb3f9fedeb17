// What every package must offer to whoever installs it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportedFiles, packages, ROOT } from "./workspace-packages.ts";

const licence = readFileSync(join(ROOT, "LICENSE"), "utf8");

describe.each(packages)("$name", ({ path, manifest }) => {
  it("carries the text of the MPL-2.0", () => {
    expect(licence).toMatch(/^Mozilla Public License Version 2\.0/);
    expect(readFileSync(join(path, "LICENSE"), "utf8")).toBe(licence);
    expect(manifest.license).toBe("MPL-2.0");
  });

  it("is an ES module without side effects that ships its build only", () => {
    expect(manifest.type).toBe("module");
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.files?.[0]).toBe("dist");
    expect(manifest.private).toBeUndefined();
    expect(manifest.description).toMatch(/^[A-Z].*[^.]$/);
  });

  it("runs on every supported Node", () => {
    expect(manifest.engines).toEqual({ node: ">=22.13" });
  });

  it("maps each entry to a declaration file and a module, declarations first", () => {
    const entries = Object.entries(manifest.exports ?? {}).filter(([, target]) => typeof target !== "string");
    expect(entries.map(([entry]) => entry)).toContain(".");
    for (const [entry, target] of entries) {
      expect(Object.keys(target)[0], entry).toBe("types");
      for (const { file } of exportedFiles(target)) {
        expect(existsSync(join(path, file)), `${entry}: ${file}`).toBe(true);
      }
    }
  });

  it("pins what it depends on", () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("has a README with an example", () => {
    expect(existsSync(join(path, "README.md"))).toBe(true);
  });
});
