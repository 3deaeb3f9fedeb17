// The walk-through of opteadm, run line by line on the built programs: its tables are the ones that it promises.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runSession } from "./console-session.ts";
import { DocumentSession } from "./document-session.ts";
import { ROOT } from "./workspace-packages.ts";

const session = new DocumentSession("docs/tutorials/opteadm.md");

describe("the walk-through of opteadm", () => {
  session.declareTests();

  it("shows every subcommand", async () => {
    const help = await allSubcommands();
    const missing = help
      .split("\n")
      .filter((name) => name !== "" && !session.steps.some(({ command }) => command.includes(`opteadm ${name}`)));
    expect(missing).toEqual([]);
  });
});

/** One a line, as completion offers them. */
async function allSubcommands(): Promise<string> {
  const command = `'${process.execPath}' '${join(ROOT, "packages/opteadm/dist/cli.js")}' complete -- '' | cut -f 1 | grep -v '^:'`;
  const [output = ""] = await runSession([command], { cwd: ROOT, env: process.env });
  return output;
}
