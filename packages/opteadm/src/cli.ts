#!/usr/bin/env node
// The command `opteadm`.

import { readFileSync } from "node:fs";
import { createProgram } from "./program.js";
import { UserError } from "./user-error.js";

const program = createProgram(packageVersion(), (line) => {
  console.log(line);
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
