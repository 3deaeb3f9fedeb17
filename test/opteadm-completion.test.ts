// Completion in real shells, with the built program.

import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runSession } from "./console-session.ts";
import { requireCommands, requirement } from "./requirement.ts";
import { ROOT } from "./workspace-packages.ts";

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

/** What bash does when somebody presses Tab; what it is asked not to do with the choices is told. */
const BASH = `
source ${BASH_COMPLETION}
compopt() { echo "$*"; }
source <(opteadm complete bash)
tab() {
  COMP_LINE=$*; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  $(complete -p opteadm | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
  echo "\${COMPREPLY[@]}"
}`;

/** A zsh at a terminal, in which lines are typed and, after Tab, read. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit && compinit -D -u; source <(opteadm complete zsh)'
zpty -w shell 'tell() { print -r "<$BUFFER>"; BUFFER= }; zle -N tell; bindkey "^X" tell; print REA""DY'
zpty -r shell answer '*READY*'
for line; do
  zpty -n -w shell "$line"$'\\t\\x18'
  zpty -r shell answer '*<opteadm*>*'
  print -r -- "\${\${answer##*<}%%>*}"
done`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opteadm-completion-"));
  const program = join(folder, "opteadm");
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "packages/opteadm/dist/cli.js")}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  writeFileSync(join(folder, "port.json"), "{}");
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const run = promisify(execFile);

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
}

async function linesOf(shell: string, ...args: readonly string[]): Promise<string[]> {
  const { stdout } = await run(shell, args, { cwd: folder, env: environment(), timeout: 30_000 });
  return stdout.replace(/\n$/, "").split("\n");
}

requirement("debian", "bash-completion", () => existsSync(BASH_COMPLETION)).describe("completion in bash", () => {
  it("offers subcommands, options and the words that they take", async () => {
    const words = [
      "dump-v",
      "add-fw-rule --p",
      'rm-fw-rule --dir ""',
      'dump-layer -p opte0 ""',
      "add-fw-rule --hosts i",
    ];
    const commands = [BASH, ...words.map((line) => `tab opteadm ${line}`)];
    expect((await runSession(commands, { cwd: folder, env: environment() })).slice(1)).toEqual([
      "+o default\ndump-v2p dump-v2b\n",
      "+o default\n--protocol --ports --priority\n",
      "+o default\nin out\n",
      "+o default\ngateway firewall router nat overlay\n",
      "-o nospace\n+o default\nip=\n",
    ]);
  });

  it("leaves names of files to bash", async () => {
    const commands = [BASH, "complete -p opteadm", "tab opteadm create-xde --config po"];
    expect((await runSession(commands, { cwd: folder, env: environment() })).slice(1)).toEqual([
      "complete -o default -F __opteadm_complete opteadm\n",
      "\n",
    ]);
  });
});

requireCommands("zsh").describe("completion in zsh", () => {
  it("completes subcommands, words and names of files", async () => {
    const typed = ["dump-la", "dump-layer -p opte0 f", "add-fw-rule --hosts i", "create-xde --config po"];
    expect(await linesOf("zsh", "-f", "-c", ZSH, "zsh", ...typed.map((words) => `opteadm ${words}`))).toEqual([
      "opteadm dump-layer ",
      "opteadm dump-layer -p opte0 firewall ",
      "opteadm add-fw-rule --hosts ip=",
      "opteadm create-xde --config port.json ",
    ]);
  });
});

requireCommands("fish").describe("completion in fish", () => {
  it("offers subcommands, words and names of files", async () => {
    const offers = async (words: string): Promise<string[]> =>
      linesOf("fish", "--no-config", "-c", `opteadm complete fish | source; complete -C "opteadm ${words}"`);
    expect(await offers("dump-la")).toEqual(["dump-layer\tshow the rules and flows of a layer"]);
    expect(await offers("rm-fw-rule --dir ")).toEqual(["in\tin or out", "out\tin or out"]);
    expect(await offers("dump-layer -p opte0 f")).toEqual(["firewall"]);
    expect(await offers("create-xde --config po")).toEqual(["port.json"]);
  });
});
