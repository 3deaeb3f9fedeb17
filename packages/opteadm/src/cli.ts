#!/usr/bin/env node
// The command `opteadm`.

import { readFile, rename, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { SocketPaths } from "xde-binding";
import { XdeClient } from "xde-binding/in-process";
import { endWithReader, packageVersion, UserError } from "xde-binding/program";
import { runCommandLine } from "./run/run-command-line.js";
import type { TextSink } from "./run/surroundings.js";

endWithReader();

/** Ends what still waits for nobody. */
const finish = new AbortController();

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: packageVersion(new URL("../package.json", import.meta.url)),
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
  connect,
});

finish.abort();

/** Connects with the admin socket, or where that may not be opened with the read-only one. */
async function connect(socket: string | undefined): Promise<XdeClient> {
  // With it comes a whole device, which help and completion need not wait for.
  const { socketPaths, UnixSocketTransport } = await import("xde-binding");
  const { admin, readOnly } = pathsOf(() => socketPaths(socket));
  return new XdeClient(new UnixSocketTransport(admin, readOnly));
}

function pathsOf(find: () => SocketPaths): SocketPaths {
  try {
    return find();
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

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
