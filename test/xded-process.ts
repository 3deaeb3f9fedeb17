// Runs the built `xded` as a user does: as a process, in a folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { UnixSocketTransport, XdeClient } from "xde-binding";
import { ROOT } from "./workspace-packages.ts";

const PROGRAM = join(ROOT, "packages", "xde-binding", "dist", "xded.js");

/** A process of `xded`. */
export class XdedProcess {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #stderr: Readable;
  #log = "";

  private constructor(folder: string, args: readonly string[]) {
    this.folder = folder;
    const places = ["--state", join(folder, "state"), "--socket", this.socket];
    const child = spawn(process.execPath, [PROGRAM, ...places, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    this.#exit = once(child, "close");
    this.#stderr = child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
  }

  /** Starts it, with its state and its sockets in `folder`. @throws Error with its log if it ends before it is ready */
  static async start(folder: string, args: readonly string[]): Promise<XdedProcess> {
    const xded = new XdedProcess(folder, args);
    const ready = new Promise<void>((resolve) => {
      xded.#stderr.on("data", () => {
        if (xded.log.includes('"msg":"ready"')) resolve();
      });
    });
    await Promise.race([ready, xded.#exit]);
    if (xded.#child.exitCode !== null) throw new Error(xded.log);
    return xded;
  }

  get socket(): string {
    return join(this.folder, "xde.sock");
  }

  /** What it has written to standard error. */
  get log(): string {
    return this.#log;
  }

  client(): XdeClient {
    return new XdeClient(new UnixSocketTransport(this.socket));
  }

  /** Sends a signal and waits for the end. @returns the exit code; null after SIGKILL */
  async end(signal: "SIGTERM" | "SIGKILL" | "SIGINT"): Promise<number | null> {
    this.#child.kill(signal);
    await this.#exit;
    return this.#child.exitCode;
  }
}
