// Runs one command line, from its words to its exit code.

import { CommanderError } from "commander";
import { checkArguments } from "../grammar/argument-check.js";
import { createProgram } from "../grammar/program.js";
import { UsageError } from "../grammar/usage-error.js";
import { compatErrorText, errorJson, errorText } from "../print/error-text.js";
import { Session } from "./session.js";
import type { Surroundings } from "./surroundings.js";

/** What a run ends with. */
const ExitCode = {
  Success: 0,
  /** The device refused, or could not be asked. */
  Failure: 1,
  /** The command line was wrong; the device was not asked. */
  Usage: 2,
} as const;

/**
 * Runs the command line `argv`, without the program's name: parses it, asks the device, writes answers and errors.
 *
 * @returns the exit code: 0; 1 if the device refused, or could not be asked; 2 if the command line is wrong
 * @throws what nobody but the authors can put right
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const session = new Session(surroundings, argv);
  const program = createProgram(session);
  try {
    await program.parseAsync([...checkArguments(program, argv)], { from: "user" });
    return ExitCode.Success;
  } catch (error) {
    if (error instanceof CommanderError && !error.message.startsWith("error: ")) {
      // Commander has written help or version; help where a subcommand is missing is an error.
      return error.exitCode === 0 ? ExitCode.Success : ExitCode.Usage;
    }
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    const isUsage = error instanceof UsageError || error instanceof CommanderError;
    tellError(error, session);
    return isUsage ? ExitCode.Usage : ExitCode.Failure;
  } finally {
    await session.close();
  }
}

function tellError(error: unknown, { format, surroundings: { stderr, env } }: Session): void {
  switch (format) {
    case "json":
      stderr.write(`${errorJson(error)}\n`);
      break;
    case "compat":
      stderr.write(compatErrorText(error));
      break;
    case "table":
      stderr.write(errorText(error, stderr, env));
  }
}
