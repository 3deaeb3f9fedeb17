// Console sessions in documents: blocks whose lines are commands behind `$ `, their further lines behind `> `, and what they print.

import { spawn } from "node:child_process";

/** A command and what is printed behind it. */
export interface SessionStep {
  readonly command: string;
  readonly output: string;
}

/** The steps of a block's text. */
export function sessionSteps(text: string): SessionStep[] {
  const steps: { command: string; output: string }[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const step = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: "" });
    else if (step?.output === "" && line.startsWith("> ")) step.command += `\n${line.slice(2)}`;
    else if (step !== undefined) step.output += `${line}\n`;
  }
  return steps;
}

/**
 * Runs commands in one shell, one after the other.
 *
 * @returns for each command, what it has printed, standard error included
 */
export async function runSession(
  commands: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string[]> {
  const mark = `@@${Math.trunc(performance.now() * 1e6)}@@`;
  const script = commands.map((command) => `${command}\nprintf '%s\\n' '${mark}'\n`).join("");
  const shell = spawn("bash", ["-s"], { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const parts: Buffer[] = [];
  shell.stdout.on("data", (part: Buffer) => parts.push(part));
  shell.stdin.end(`exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n${script}`);
  await new Promise((resolve, reject) => {
    shell.on("close", resolve);
    shell.on("error", reject);
  });
  return Buffer.concat(parts).toString("utf8").split(`${mark}\n`).slice(0, commands.length);
}
