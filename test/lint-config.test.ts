// The lint configuration as a whole: what CONTRIBUTING promises to fail, fails.

import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

// The rules named here need no types; without them a text can be linted for a file that does not exist.
const eslint = new ESLint({
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  overrideConfig: [tseslint.configs.disableTypeChecked],
});

/** Lints a text as if it stood in `filePath`, below its purpose comment, and gives the names of the rules that fail. */
async function failingRules(filePath: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(`// Purpose.\n${code}\n`, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

const BARE = "packages/opte-core/src/port/example.ts";
const NODE = "packages/xde-binding/src/example.ts";
const TEST = "packages/opte-core/src/port/example.test.ts";

describe("every TypeScript file", () => {
  it.each([
    ["any", "export const a: any = 1;", "@typescript-eslint/no-explicit-any"],
    ["the non-null !", "export const b = (a?: { c: 1 }): 1 => a!.c;", "@typescript-eslint/no-non-null-assertion"],
    ["a bare assertion", "export const a = (b: unknown): number => b as number;", "house/no-unexplained-assertion"],
    ["a reminder", "// TODO later\nexport {};", "no-warning-comments"],
    ["an import against the graph", 'export * from "opteadm";', "house/package-graph"],
  ])("may not contain %s", async (_what, code, rule) => {
    for (const file of [BARE, NODE, TEST]) expect(await failingRules(file, code), file).toContain(rule);
  });

  it("cannot switch a rule off by a comment", async () => {
    const code = "/* eslint-disable */\nexport const a: any = 1;";
    for (const file of [BARE, NODE, TEST]) {
      expect(await failingRules(file, code), file).toEqual(
        expect.arrayContaining(["house/no-suppression", "@typescript-eslint/no-explicit-any"]),
      );
    }
  });

  it("may say why an assertion holds", async () => {
    const code = "export const a = (b: unknown): number => b as number; // Unwrap: callers check b";
    expect(await failingRules(BARE, code)).toEqual([]);
  });
});

describe("a bare package", () => {
  const hostNames = [
    ...["process", "Buffer", "console", "setTimeout", "setImmediate", "queueMicrotask", "performance", "fetch"],
    ...["TextEncoder", "TextDecoder", "URL", "crypto", "structuredClone", "AbortController"],
    ...["window", "document", "self", "navigator", "localStorage", "require", "module", "global"],
  ];

  it.each(hostNames)("does not know %s", async (name) => {
    for (const folder of ["opte-api/src", "opte-core/src/flow", "oxide-vpc/src", "oxide-vpc/src/api"]) {
      expect(await failingRules(`packages/${folder}/example.ts`, `export const a = ${name};`), folder).toEqual([
        "no-undef",
      ]);
    }
  });

  it.each(["Date.now()", "new Date()", "globalThis.a", "Intl.NumberFormat"])("does not know %s", async (expression) => {
    expect(await failingRules(BARE, `export const a = ${expression};`)).toContain("no-restricted-globals");
  });

  it("does not know Math.random", async () => {
    expect(await failingRules(BARE, "export const a = Math.random();")).toEqual(["no-restricted-properties"]);
  });

  it("imports nothing of Node", async () => {
    expect(await failingRules(BARE, 'export * from "node:fs";')).toContain("no-restricted-imports");
  });

  it("knows ES2023, its typed arrays and types included", async () => {
    const code =
      "export const a = (b: Readonly<Record<string, Uint32Array>>): Map<string, DataView> =>\n" +
      "  new Map(Object.entries(b).map(([k, v]) => [k, new DataView(v.buffer)]));";
    expect(await failingRules(BARE, code)).toEqual([]);
  });

  it("may use Node in its tests", async () => {
    expect(await failingRules(TEST, 'import { readFileSync } from "node:fs";\nreadFileSync(process.cwd());')).toEqual(
      [],
    );
  });
});

describe("a package for Node", () => {
  it("may use Node", async () => {
    expect(
      await failingRules(NODE, 'import { pid } from "node:process";\nexport const a = [pid, Date.now()];'),
    ).toEqual([]);
  });
});

describe("a test", () => {
  it.each(["it.only", "it.skip", "describe.only", "describe.skip", "test.todo", "it.skipIf(true)", "it.fails"])(
    "may not be marked %s",
    async (marked) => {
      expect(
        await failingRules(TEST, `import { describe, it, test } from "vitest";\n${marked}("x", () => {});`),
      ).toContain("no-restricted-syntax");
    },
  );
});
