// The walk-through of opteadm, run line by line on the built programs: its tables are the ones that it promises.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSession, sessionSteps } from "./console-session.ts";
import { fencedBlocks } from "./fenced-blocks.ts";
import { ROOT } from "./workspace-packages.ts";

const markdown = readFileSync(join(ROOT, "docs/tutorials/opteadm.md"), "utf8");
const steps = fencedBlocks(markdown)
  .filter(({ language }) => language === "console")
  .flatMap(({ text }) => sessionSteps(text));

let folder = "";
let printed: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opteadm-session-"));
  const bin = join(folder, "bin");
  const work = join(folder, "work");
  mkdirSync(bin);
  mkdirSync(work);
  for (const [name, path] of [
    ["opteadm", "packages/opteadm/dist/cli.js"],
    ["xded", "packages/xde-binding/dist/xded.js"],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, path)}' "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };
  printed = await runSession(
    steps.map(({ command }) => command),
    { cwd: work, env },
  );
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the walk-through of opteadm", () => {
  it.each(steps.map((step, i) => ({ ...step, i })))("$command", ({ output, i }) => {
    expect(printed[i]).toBe(output);
  });

  it("shows every subcommand", async () => {
    const help = printed.length === 0 ? "" : await allSubcommands();
    const missing = help
      .split("\n")
      .filter((name) => name !== "" && !steps.some(({ command }) => command.includes(`opteadm ${name}`)));
    expect(missing).toEqual([]);
  });
});

/** One a line, as completion offers them. */
async function allSubcommands(): Promise<string> {
  const command = `'${process.execPath}' '${join(ROOT, "packages/opteadm/dist/cli.js")}' complete -- '' | cut -f 1 | grep -v '^:'`;
  const [output = ""] = await runSession([command], { cwd: folder, env: process.env });
  return output;
}
