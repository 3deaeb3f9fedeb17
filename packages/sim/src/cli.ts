#!/usr/bin/env node
// The command `opte-sim`.

import { Command } from "commander";
import { addConformanceCommand } from "./commands/conformance.js";
import { addReplayCommand } from "./commands/replay.js";
import { endWithReader, packageVersion, UserError } from "xde-binding/program";

const program = new Command("opte-sim")
  .description("replay, conformance, trace and simulation for OPTE ports")
  .version(packageVersion(new URL("../package.json", import.meta.url)));
addReplayCommand(program, new URL("../captures/", import.meta.url));
addConformanceCommand(program);

endWithReader();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`Error: ${error.message}`);
  process.exitCode = 1;
}
