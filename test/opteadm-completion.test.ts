// Completion in a real bash, with the built program.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSession } from "./console-session.ts";
import { ROOT } from "./workspace-packages.ts";

/** What bash-completion brings to a shell, as far as the script asks for it; and what bash does when somebody presses Tab. */
const SHELL = `
_get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); }
compopt() { :; }
source <(opteadm complete bash)
tab() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  $(complete -p opteadm | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
  echo "\${COMPREPLY[@]}"
}`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opteadm-completion-"));
  const program = join(folder, "opteadm");
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "packages/opteadm/dist/cli.js")}' "$@"\n`,
  );
  chmodSync(program, 0o755);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("completion in bash", () => {
  it("offers subcommands, options and the words that they take", async () => {
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const words = ["dump-v", "add-fw-rule --p", 'rm-fw-rule --dir ""', 'dump-layer -p opte0 ""'];
    const commands = [SHELL, ...words.map((line) => `tab opteadm ${line}`)];
    expect((await runSession(commands, { cwd: folder, env })).slice(1)).toEqual([
      "dump-v2p dump-v2b\n",
      "--protocol --ports --priority\n",
      "in out\n",
      "gateway firewall router nat overlay\n",
    ]);
  });
});
