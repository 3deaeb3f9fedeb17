// The command line tool under test. By the package graph nothing here imports it: it comes as a module, whose name is given.

import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Where to find it if nobody says otherwise. */
const USUAL_MODULE = "opteadm";

/** What a run touches: the part of opteadm's `Surroundings` that is used here. */
interface RunSurroundings {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { readonly write: (text: string) => void; readonly isTerminal: boolean };
  readonly stderr: { readonly write: (text: string) => void; readonly isTerminal: boolean };
  readonly readStdin: () => Promise<string>;
  readonly connect: () => Promise<StandInDevice>;
}

/** The part of a client of the device that commands are sent by. */
interface StandInDevice {
  readonly call: AnswerCommand;
  readonly dumpLayer: (request: unknown) => Promise<unknown>;
  readonly dumpUft: (request: unknown) => Promise<unknown>;
  readonly dumpTcpFlows: (request: unknown) => Promise<unknown>;
  readonly close: () => void;
}

type RunCommandLine = (argv: readonly string[], surroundings: RunSurroundings) => Promise<number>;

/** Answers a command in place of a device; what it throws is the device's error. */
export type AnswerCommand = (name: string, request: unknown) => Promise<unknown>;

/** What came of a command line. */
export interface CommandLineResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines. */
export interface CommandLine {
  run(argv: readonly string[], stdin: string, answer: AnswerCommand): Promise<CommandLineResult>;
}

/**
 * The command line of a module that exports `runCommandLine` as opteadm does.
 *
 * @param module name of a package, or path of a file
 * @throws Error if there is none
 */
export async function loadCommandLine(module: string = USUAL_MODULE): Promise<CommandLine> {
  const isFile = module.startsWith(".") || isAbsolute(module);
  const specifier = isFile ? pathToFileURL(resolve(module)).href : module;
  let loaded: unknown;
  try {
    loaded = await import(specifier);
  } catch (error) {
    throw new Error(`Cannot load "${module}", whose command line the records "print" and "cli" are about`, {
      cause: error,
    });
  }
  const run: unknown =
    typeof loaded === "object" && loaded !== null && "runCommandLine" in loaded && loaded.runCommandLine;
  if (typeof run !== "function") throw new Error(`Module "${module}" exports no function "runCommandLine"`);
  return commandLine(run as RunCommandLine); // Unwrap: the name is the contract, and any other function fails the records
}

function commandLine(runCommandLine: RunCommandLine): CommandLine {
  return {
    run: async (argv, stdin, answer) => {
      let stdout = "";
      let stderr = "";
      const exit = await runCommandLine(argv, {
        version: "0.0.0",
        env: {},
        stdout: { write: (text) => void (stdout += text), isTerminal: false },
        stderr: { write: (text) => void (stderr += text), isTerminal: false },
        readStdin: () => Promise.resolve(stdin),
        connect: () => Promise.resolve(standIn(answer)),
      });
      return { exit, stdout, stderr };
    },
  };
}

function standIn(call: AnswerCommand): StandInDevice {
  return {
    call,
    dumpLayer: (request) => call("DumpLayer", request),
    dumpUft: (request) => call("DumpUft", request),
    dumpTcpFlows: (request) => call("DumpTcpFlows", request),
    close: () => undefined,
  };
}
