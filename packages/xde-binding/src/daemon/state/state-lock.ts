// Keeps a second daemon away from a state folder that is in use.

import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { createServer, type Server } from "node:net";

/** A held lock. */
export interface StateLock {
  release(): Promise<void>;
}

/**
 * Locks a folder for this process, until it ends, in whatever way it does: on Linux by the name of an abstract socket, which the kernel
 * frees. Elsewhere nothing is locked.
 *
 * @throws Error if another process holds the lock
 */
export async function lockState(folder: string): Promise<StateLock> {
  if (process.platform !== "linux") return { release: () => Promise.resolve() };
  const path = await realpath(folder);
  const server = createServer((socket) => socket.destroy());
  await listen(server, `\0opte-xded-${createHash("sha256").update(path).digest("hex")}`, folder);
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

function listen(server: Server, name: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const isTaken = "code" in error && error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`State folder "${folder}" is in use by another xded`) : error);
    });
    server.listen(name, resolve);
  });
}
