import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fencedBlocks } from "../../../test/fenced-blocks.ts";
import { demo } from "../src/demo.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const EXAMPLE = "examples/home-router";
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const blocks = fencedBlocks(read("docs/tutorials/home-router.md"));
const files = blocks.filter(({ language }) => language === "ts");
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap(({ text }) => text.trimEnd().split("\n"))
  .map((line) => line.split(" "));
const copied = commands.filter(([command]) => command === "cp").flatMap(([, ...paths]) => paths.slice(0, -1));

describe("the tutorial docs/tutorials/home-router.md", () => {
  it.each(files)("shows $label as it is", ({ label, text }) => {
    expect(text).toBe(read(label));
  });

  it("shows or copies every file of the example", () => {
    const sources = readdirSync(join(ROOT, EXAMPLE, "src")).map((name) => `${EXAMPLE}/src/${name}`);
    const given = [...files.map(({ label }) => label), ...copied.flatMap((path) => globSync(path, { cwd: ROOT }))];
    expect(sources.filter((path) => !given.includes(path))).toEqual([]);
  });

  it("never needs a file that comes later, so that each step compiles", () => {
    const known = new Set(["frames.ts"]);
    for (const { label, text } of files) {
      const imported = [...text.matchAll(/from "\.\/([^"]+)"/g)].map((match) => match[1] ?? "");
      expect(imported.filter((file) => !known.has(file))).toEqual([]);
      known.add(basename(label));
    }
    expect(known.size).toBe(files.length + 1);
  });

  it("copies files that there are", () => {
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => globSync(path, { cwd: ROOT }).length === 0)).toEqual([]);
  });

  it("runs npm scripts and tools that there are", () => {
    // Unwrap: npm reads its scripts from here, so it is an object with scripts.
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
    const run = commands.filter(([npm, verb]) => npm === "npm" && verb === "run").map(([, , script = ""]) => script);
    expect(run.filter((script) => scripts[script] === undefined)).toEqual([]);
    const tools = commands.filter(([npx]) => npx === "npx").map(([, tool = ""]) => tool);
    expect(tools.filter((tool) => !existsSync(join(ROOT, "node_modules/.bin", tool)))).toEqual([]);
    expect([run.length, tools.length]).toEqual([1, 3]);
  });

  it("shows what the demonstration prints", () => {
    const lines: string[] = [];
    demo((line) => lines.push(`${line}\n`));
    expect(blocks.find(({ label }) => label === "output")?.text).toBe(lines.join(""));
  });
});
