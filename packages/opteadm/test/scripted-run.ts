// Runs a command line with a device that answers from a script, and keeps what was asked.

import { readFile, writeFile } from "node:fs/promises";
import type { CommandName } from "opte-api/codec";
import { runCommandLine } from "../src/run/run-command-line.js";
import type { Surroundings } from "../src/run/surroundings.js";

/** Answers by command; a function is called with the request. What is not named is answered with nothing. */
export type Script = Partial<Record<CommandName, Answer>>;

type Answer = object | ((request: never) => unknown);

/** What came of it. */
export interface ScriptedRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly (readonly [name: string, request: unknown])[];
}

/** Else than nothing: on standard input, around the program, and how often it may pause before it is interrupted. */
interface RunOptions {
  readonly stdin?: string;
  readonly env?: Surroundings["env"];
  readonly isTerminal?: boolean;
  readonly pauses?: number;
}

/** Runs `argv`. */
export async function scriptedRun(
  argv: readonly string[],
  script: Script = {},
  { stdin = "", env = {}, isTerminal = false, pauses = 0 }: RunOptions = {},
): Promise<ScriptedRun> {
  const asked: [string, unknown][] = [];
  let pausesLeft = pauses;
  let stdout = "";
  let stderr = "";
  const call = (name: CommandName, request: unknown): Promise<never> => {
    asked.push([name, request]);
    const answer = script[name] ?? {};
    // Unwrap: the scripts of the tests hold what the command named is asked and answered with.
    return Promise.resolve().then(() => (isFunction(answer) ? answer(request as never) : answer) as never);
  };
  const exit = await runCommandLine(argv, {
    version: "1.2.3",
    env,
    stdout: { write: (text) => void (stdout += text), isTerminal },
    stderr: { write: (text) => void (stderr += text), isTerminal },
    readStdin: () => Promise.resolve(stdin),
    readFile: (path) => readFile(path),
    writeFile: (path, bytes) => writeFile(path, bytes),
    // What else is under way comes first: nobody waits for a real clock.
    pause: () =>
      new Promise((resolve) => {
        setImmediate(() => {
          resolve(pausesLeft-- > 0);
        });
      }),
    connect: () =>
      Promise.resolve({
        call,
        dumpLayer: (request) => call("DumpLayer", request),
        dumpUft: (request) => call("DumpUft", request),
        dumpTcpFlows: (request) => call("DumpTcpFlows", request),
        close: () => undefined,
      }),
  });
  return { exit, stdout, stderr, asked };
}

function isFunction(answer: Answer): answer is (request: never) => unknown {
  return typeof answer === "function";
}
