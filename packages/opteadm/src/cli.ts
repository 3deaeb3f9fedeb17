#!/usr/bin/env node
// The command `opteadm`.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { runCommandLine } from "./run/run-command-line.js";
import type { TextSink } from "./run/surroundings.js";
import { UserError } from "./user-error.js";

// A reader that has seen enough, as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: packageVersion(),
  env: process.env,
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  readStdin: () => text(process.stdin),
  connect: () => Promise.reject(new UserError("There is no device yet")),
});

function sink(stream: NodeJS.WriteStream): TextSink {
  return { write: (part) => void stream.write(part), isTerminal: stream.isTTY };
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
