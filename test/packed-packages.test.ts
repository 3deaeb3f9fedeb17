// The packages as their users get them: packed, checked, installed by plain npm, and their READMEs' examples run.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstExample } from "./readme.ts";
import { makeUserFolder, type UserFolder } from "./user-folder.ts";
import { exportedFiles, packages, ROOT } from "./workspace-packages.ts";

/** Conditions that nobody has to ask for. */
const STANDARD_CONDITIONS = ["types", "import", "default"];

const run = promisify(execFile);
let user: UserFolder;

beforeAll(async () => {
  user = await makeUserFolder();
});

afterAll(() => user.remove());

describe.each(packages)("$name", ({ name, manifest }) => {
  const installed = (): string => join(user.path, "node_modules", name);

  it("satisfies publint", async () => {
    const tarball = await readFile(user.tarballs.get(name) ?? "");
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("has the right types for users of ES modules", async () => {
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const args = [user.tarballs.get(name) ?? "", "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
    await run(process.execPath, [attw, ...args]);
  });

  it("ships its build, licence and README, and no test", async () => {
    const listing = await user.run("tar", ["-tzf", user.tarballs.get(name) ?? ""]);
    const files = listing.split("\n").filter(Boolean);
    expect(files).toEqual(expect.arrayContaining(["package/LICENSE", "package/README.md", "package/package.json"]));
    expect(files.filter((file) => /\.test\.|\/src\//.test(file))).toEqual([]);
  });

  it("loads every entry of its exports map, under each of its conditions", async () => {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === "string") continue;
      const specifier = entry.replace(/^\./, name);
      const options = exportedFiles(target).map(({ conditions }) =>
        conditions
          .filter((condition) => !STANDARD_CONDITIONS.includes(condition))
          .map((each) => `--conditions=${each}`),
      );
      for (const conditions of new Set(options.map((each) => each.join(" ")))) {
        const load = `await import(${JSON.stringify(specifier)})`;
        await user.run(process.execPath, [
          ...conditions.split(" ").filter(Boolean),
          "--input-type=module",
          "--eval",
          load,
        ]);
      }
    }
  });

  it("runs the first example of its README", async () => {
    const readme = join(installed(), "README.md");
    expect(existsSync(readme), "a README.md in the tarball").toBe(true);
    const example = firstExample(await readFile(readme, "utf8"));
    expect(example, "a block marked js in README.md").toBeDefined();
    const file = join(user.path, `${name}-example.js`);
    await writeFile(file, example ?? "");
    await user.run(process.execPath, [file]);
  });

  it.each(Object.keys(manifest.bin ?? {}))("installs the command %s, which explains itself", async (command) => {
    expect(await user.run(join(user.path, "node_modules/.bin", command), ["--help"])).toContain(`Usage: ${command}`);
  });
});

describe("the example of a README", () => {
  it("is its first block marked js", () => {
    const readme = "# x\n\n```sh\nnpm i\n```\n\n```js\nimport 'x';\n\nx();\n```\n\n```js\nlater();\n```\n";
    expect(firstExample(readme)).toBe("import 'x';\n\nx();\n");
  });

  it("is undefined where there is none", () => {
    expect(firstExample("```ts\nlet a: 1;\n```\n")).toBeUndefined();
  });
});
