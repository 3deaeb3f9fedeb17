#!/usr/bin/env node
// The command `opteadm`.

import { readFileSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { runCommandLine } from "./run/run-command-line.js";
import type { TextSink } from "./run/surroundings.js";
import { UserError } from "./user-error.js";

// A reader that has seen enough, as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

/** Ends what still waits for nobody. */
const finish = new AbortController();

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: packageVersion(),
  env: process.env,
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  readStdin: () => text(process.stdin),
  readFile: (path) => readFile(path),
  writeFile: async (path, bytes) => {
    const part = `${path}.part`;
    await writeFile(part, bytes);
    await rename(part, path);
  },
  pause,
  connect: () => Promise.reject(new UserError("There is no device yet")),
});

finish.abort();

/** Ctrl-C ends the waiting, so that what was opened is closed; where nothing waits, it ends the program as ever. */
async function pause(ms: number): Promise<boolean> {
  const interruption = new AbortController();
  const abort = (): void => {
    interruption.abort();
  };
  process.once("SIGINT", abort);
  try {
    return await delay(ms, true, { signal: AbortSignal.any([interruption.signal, finish.signal]) });
  } catch {
    return false;
  } finally {
    process.off("SIGINT", abort);
  }
}

function sink(stream: NodeJS.WriteStream): TextSink {
  return { write: (part) => void stream.write(part), isTerminal: stream.isTTY };
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
