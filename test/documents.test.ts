// The documents at the root and beside the packages say what is so.

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACKAGES } from "../scripts/package-graph.ts";
import { rules } from "../scripts/lint-rules/index.ts";
import { ROOT } from "./workspace-packages.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const documents = globSync(
  ["*.md", "docs/**/*.md", "{packages,examples}/*/*.md", "packages/sim/{captures,vectors}/*.md"],
  {
    cwd: ROOT,
  },
)
  .filter((path) => !path.endsWith("CHANGELOG.md"))
  .sort();

describe("links", () => {
  it.each(documents)("in %s to files lead somewhere", (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const missing = targets.filter((target) => !existsSync(join(ROOT, dirname(document), target)));
    expect(missing).toEqual([]);
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  it("comes in the order that a stranger needs: what it is, the picture, two commands, what they show, packages, where next", () => {
    const marks = [
      "# OPTE",
      "```\n",
      "npm ci && npm start",
      "npm ci && npm test",
      "## What they show",
      "## Packages",
      "## Where to go",
    ];
    const places = marks.map((mark) => readme.indexOf(mark));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("lists every package", () => {
    for (const { folder } of Object.values(PACKAGES)) expect(readme).toContain(`(packages/${folder})`);
  });
});

describe("CONTRIBUTING.md", () => {
  const contributing = read("CONTRIBUTING.md");

  it("names every house rule", () => {
    expect(Object.keys(rules).filter((rule) => !contributing.includes(`[\`${rule}\`]`))).toEqual([]);
  });

  it("gives commands that exist", () => {
    // Unwrap: the root package.json is an object with scripts, or this test would not have been started.
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
    const used = [...contributing.matchAll(/npm (?:run )?(test|run|start|[a-z:]+)\b/g)].map((match) => match[1] ?? "");
    const known = [...Object.keys(scripts), "ci"];
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });
});
