// The manual's examples: the `ts` blocks of a chapter are one program, which compiles under the strict configuration and prints what
// the `text output` blocks say.

import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FencedBlock, fencedBlocks } from "./fenced-blocks.ts";
import { ROOT } from "./workspace-packages.ts";

const MANUAL = "docs/manual";
const SHARED = [`${MANUAL}/bench.ts`, "examples/home-router/src/frames.ts"] as const;
/** Printed behind every block, so that each is held to its own output. */
const BLOCK_END = "\f";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const chapters = globSync(`${MANUAL}/*.md`, { cwd: ROOT })
  .map((path) => basename(path, ".md"))
  .filter((name) => name !== "README")
  .sort();
const blocksOf = (chapter: string): FencedBlock[] => fencedBlocks(read(`${MANUAL}/${chapter}.md`));

/** A copy of what the examples need, apart from the repository, with the packages as a user has them. */
const folder = mkdtempSync(join(tmpdir(), "opte-manual-"));
const programOf = (chapter: string): string => join(folder, MANUAL, `${chapter}.ts`);
let program: ts.Program;

beforeAll(() => {
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`);
  mkdirSync(join(folder, MANUAL), { recursive: true });
  for (const path of SHARED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  for (const chapter of chapters) {
    const examples = blocksOf(chapter).filter(({ language }) => language === "ts");
    const text = examples.map((block) => `${block.text}console.log(${JSON.stringify(BLOCK_END)});\n`).join("");
    writeFileSync(programOf(chapter), text);
  }
  program = ts.createProgram(chapters.map(programOf), strictOptions());
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the manual", () => {
  const index = read(`${MANUAL}/README.md`);

  it("lists every chapter once", () => {
    const listed = [...index.matchAll(/\]\(([a-z-]+)\.md\)/g)].map((match) => match[1] ?? "");
    expect(listed.sort()).toEqual(chapters);
  });

  it("shows what its examples share as it is", () => {
    const shown = fencedBlocks(index).filter(({ language }) => language === "ts");
    expect(shown.map(({ label, text }) => [label, text])).toEqual([[SHARED[0], read(SHARED[0])]]);
  });
});

describe.each(chapters)("the chapter %s", (chapter) => {
  it("has an example, and code in no other language", () => {
    const languages = blocksOf(chapter).map(({ language }) => language);
    expect(languages).toContain("ts");
    expect(languages.filter((language) => language !== "ts" && language !== "text")).toEqual([]);
  });

  it("has examples that compile", () => {
    const source = program.getSourceFile(programOf(chapter));
    const found = ts.getPreEmitDiagnostics(program, source);
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });

  it("has examples that print what it says", () => {
    expect(printed(chapter)).toEqual(expected(chapter));
  });
});

/** What each `ts` block of a chapter prints. */
function printed(chapter: string): string[] {
  const output = execFileSync(process.execPath, [programOf(chapter)], { encoding: "utf8" });
  return output.split(`${BLOCK_END}\n`).slice(0, -1);
}

/** The `text output` block right behind each `ts` block, empty where there is none. */
function expected(chapter: string): string[] {
  const blocks = blocksOf(chapter);
  return blocks.flatMap(({ language }, i) => {
    const next = blocks[i + 1];
    if (language !== "ts") return [];
    return [next?.language === "text" && next.label === "output" ? next.text : ""];
  });
}

/** The options under which the workspace's own scripts and tests are checked. */
function strictOptions(): ts.CompilerOptions {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic({ messageText }): never {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    },
  };
  return ts.getParsedCommandLineOfConfigFile(join(ROOT, "tsconfig.json"), {}, host)?.options ?? {};
}
