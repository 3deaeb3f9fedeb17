#!/usr/bin/env node
// The command `xded`.

import { readFileSync } from "node:fs";
import { type Logger, pino } from "pino";
import { HELP, readCommandLine, UsageError } from "./daemon/command-line.js";
import { pinoLog } from "./daemon/pino-log.js";
import { Xded, type XdedOptions } from "./daemon/xded.js";
import { XdeEntryPoint } from "./ioctl/dld-ioctl.js";
import { packageVersion } from "./program/index.js";
import { nodeClock } from "./provider/node-clock.js";
import { type SocketPaths, socketPaths } from "./transport/socket-path.js";
import { UnixSocketServer } from "./transport/unix-socket-server.js";

/** Exit codes: a command line that is wrong, and anything else. */
const [USAGE, FAILURE] = [2, 1] as const;

await main();

async function main(): Promise<void> {
  try {
    const commandLine = readCommandLine(process.argv.slice(2), readJson);
    switch (commandLine.kind) {
      case "help":
        console.log(HELP.trimEnd());
        break;
      case "version":
        console.log(`xded ${packageVersion(new URL("../package.json", import.meta.url))}`);
        break;
      case "run": {
        const logger = pino({ name: "xded", level: commandLine.logLevel }, pino.destination({ dest: 2, sync: true }));
        await run(commandLine.options, socketPaths(commandLine.socket), logger);
      }
    }
  } catch (error) {
    console.error(`Error: ${textOf(error)}`);
    if (error instanceof UsageError) console.error("For more information, try '--help'.");
    process.exitCode = error instanceof UsageError ? USAGE : FAILURE;
  }
}

async function run(options: Omit<XdedOptions, "log" | "serve">, paths: SocketPaths, logger: Logger): Promise<void> {
  const log = pinoLog(logger, () => nodeClock.nowMs());
  const serve: XdedOptions["serve"] = (handlers, probes) => {
    const entryPoint = new XdeEntryPoint(
      handlers,
      (error) => {
        log.log("error", `A command failed in a way that is a mistake of ours: ${stackOf(error)}`);
      },
      probes,
    );
    return serveSockets(entryPoint, paths);
  };
  const xded = await Xded.start({ ...options, log, serve });
  const stop = async (signal: string): Promise<void> => {
    logger.info(`${signal}: stopping`);
    await xded.stop();
    logger.info("stopped");
  };
  const signalled = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, resolve);
  });
  logger.info({ socket: paths.admin, readOnlySocket: paths.readOnly, state: options.state }, "ready");
  // Nothing else need keep the process alive: a device without links waits for clients all the same.
  const alive = setInterval(() => undefined, 1 << 30);
  await stop(await signalled);
  clearInterval(alive);
}

/** Answers clients on both sockets. @returns what ends that */
async function serveSockets(entryPoint: XdeEntryPoint, paths: SocketPaths): Promise<() => Promise<void>> {
  const admin = await UnixSocketServer.listen(entryPoint, { path: paths.admin, rights: "configure" });
  try {
    const readOnly = await UnixSocketServer.listen(entryPoint, { path: paths.readOnly, rights: "read" });
    return async () => {
      await Promise.all([admin.close(), readOnly.close()]);
    };
  } catch (error) {
    await admin.close();
    throw error;
  }
}

function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Configuration file "${path}" is no JSON: ${textOf(error)}`, { cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`Cannot read configuration file "${path}": ${textOf(error)}`, { cause: error });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
