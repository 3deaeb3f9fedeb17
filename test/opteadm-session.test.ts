// The walk-through of opteadm, run line by line on the built programs: its tables are the ones that it promises.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSession } from "./console-session.ts";
import { DocumentSession } from "./document-session.ts";
import { ROOT } from "./workspace-packages.ts";

const session = new DocumentSession("docs/tutorials/opteadm.md");
const { steps } = session;
let printed: string[] = [];

beforeAll(async () => {
  printed = await session.run();
}, 120_000);

afterAll(() => {
  session.remove();
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
  const [output = ""] = await runSession([command], { cwd: ROOT, env: process.env });
  return output;
}
