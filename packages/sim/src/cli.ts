#!/usr/bin/env node
// The command `opte-sim`.

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addConformanceCommand } from "./commands/conformance.js";
import { addReplayCommand } from "./commands/replay.js";
import { UserError } from "./commands/user-error.js";

const program = new Command("opte-sim")
  .description("replay, conformance, trace and simulation for OPTE ports")
  .version(packageVersion());
addReplayCommand(program, new URL("../captures/", import.meta.url));
addConformanceCommand(program);

// A reader that has seen enough, as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`Error: ${error.message}`);
  process.exitCode = 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
