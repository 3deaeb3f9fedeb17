// The package graph as manifests and source files have it.

import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { importCycles, readImportGraph } from "../scripts/import-graph.ts";
import { PACKAGES } from "../scripts/package-graph.ts";
import { packages, ROOT } from "./workspace-packages.ts";

const ours = Object.keys(PACKAGES);

describe("the package graph", () => {
  it("names every folder below packages/ and no other", () => {
    expect(
      Object.values(PACKAGES)
        .map((rule) => rule.folder)
        .sort(),
    ).toEqual(readdirSync(join(ROOT, "packages")).sort());
  });

  it("has each package import only packages that stand before it", () => {
    ours.forEach((name, index) => {
      const imported = (PACKAGES[name]?.mayImport ?? []).map((entry) => entry.split("/")[0]);
      expect(ours.slice(0, index), name).toEqual(expect.arrayContaining([...new Set(imported)]));
    });
  });

  it.each(packages)("lets $name depend on what it may import", ({ manifest, mayImport }) => {
    const allowed = mayImport.map((entry) => entry.split("/")[0]);
    const dependencies = Object.keys(manifest.dependencies ?? {}).filter((name) => ours.includes(name));
    expect(allowed).toEqual(expect.arrayContaining(dependencies));
  });

  it("gives opte-core no runtime dependency but opte-api", () => {
    const core = packages.find((candidate) => candidate.name === "opte-core");
    expect(Object.keys(core?.manifest.dependencies ?? {})).toEqual(["opte-api"]);
  });
});

describe("examples", () => {
  // An example shows what a stranger can do, so it has nothing but what a stranger has.
  const manifests = globSync("examples/*/package.json", { cwd: ROOT });

  it.each(manifests)("%s stays private, and its files reach nothing of ours but published entries", (manifest) => {
    const folder = join(ROOT, dirname(manifest));
    expect(JSON.parse(readFileSync(join(ROOT, manifest), "utf8"))).toMatchObject({ private: true });
    const graph = readImportGraph(folder);
    expect(graph.size).toBeGreaterThan(0);
    expect([...graph.values()].flat().filter((target) => !existsSync(join(folder, target)))).toEqual([]);
    expect([...graph.values()].flat().filter((target) => target.startsWith(".."))).toEqual([]);
    expect(importCycles(graph)).toEqual([]);
  });
});

describe("source files", () => {
  it.each(packages)("of $name do not import each other in a circle", ({ path }) => {
    const graph = readImportGraph(join(path, "src"));
    expect(graph.size).toBeGreaterThan(0);
    expect(importCycles(graph)).toEqual([]);
  });

  it("of the VPC's engine reach no command, so that the engine loads no codec", () => {
    const graph = readImportGraph(join(ROOT, "packages/oxide-vpc/src"));
    const reached = new Set(["index.ts"]);
    for (const path of reached) for (const target of graph.get(path) ?? []) reached.add(target);
    expect(graph.has("api/commands/vpc-commands.ts")).toBe(true);
    expect([...reached].filter((path) => path.startsWith("api/commands/") || path === "api/index.ts")).toEqual([]);
  });

  it("that import each other are found, type imports and re-exports included", () => {
    const root = mkdtempSync(join(tmpdir(), "opte-cycle-"));
    onTestFinished(() => {
      rmSync(root, { recursive: true });
    });
    mkdirSync(join(root, "deep"));
    writeFileSync(join(root, "a.ts"), 'import type { B } from "./deep/b.js";\nexport type A = B;');
    writeFileSync(join(root, "deep/b.ts"), 'export * from "../c.js";\nexport type B = 1;');
    writeFileSync(join(root, "c.ts"), 'import { a } from "./a.js";\nexport const c = a;');
    writeFileSync(join(root, "free.ts"), 'import { a } from "./a.js";\nexport const d = a;');
    expect(importCycles(readImportGraph(root))).toEqual([["a.ts", "deep/b.ts", "c.ts", "a.ts"]]);
  });
});
