// The grammar of the command line.

import { Command } from "commander";
import { addCheckConfigCommand } from "./commands/check-config.js";

/** @param write takes the lines of a command's output */
export function createProgram(version: string, write: (line: string) => void): Command {
  const program = new Command("opteadm").description("program and inspect OPTE ports").version(version);
  addCheckConfigCommand(program, write);
  return program;
}
