// The contexts that the built bare packages must behave the same in: a Node process of any version, a worker, Chromium.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { chromium } from "playwright-core";
import { CHROMIUM } from "../requirement.ts";
import { ROOT } from "../workspace-packages.ts";
import { browserImportMap } from "./import-map.ts";

/** Runs the program on an input and gives its result. */
export type Context = (input: string) => Promise<string>;

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A Node process, by the path of its executable. */
export function nodeProcess(executable: string): Context {
  return async (input) => {
    const child = spawn(executable, [beside("process-entry.js")], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(input);
    const [output, closing] = await Promise.all([text(child.stdout), once(child, "close")]);
    const status: unknown = closing[0];
    if (status !== 0) throw new Error(`${executable} ended with status ${String(status)}`);
    return output;
  };
}

/** A worker thread of this process. */
export const nodeWorker: Context = async (input) => {
  const worker = new Worker(beside("worker-entry.js"), { workerData: input });
  const result: readonly unknown[] = await once(worker, "message");
  await worker.terminate();
  return String(result[0]);
};

/** A page of headless Chromium that loads the built files over HTTP through an import map. */
export const chromiumPage: Context = async (input) => {
  const server = await serveWorkspace();
  // Without these flags Chromium looks for hosts of its maker's at every start, which a closed network refuses.
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  args.push("--disable-component-update", "--disable-sync");
  const browser = await chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: false, args });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("console", (message) => problems.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    // Unwrap: a server that listens on a port, not on a socket file, has an address with a port.
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${String(port)}/`);
    const load = `import("/test/contexts/program.js").then((program) => program.run(${JSON.stringify(input)}))`;
    const result: unknown = await page.evaluate(load);
    if (problems.length > 0) throw new Error(`The page complained: ${problems.join("; ")}`);
    return String(result);
  } finally {
    await browser.close();
    server.close();
  }
};

/** Serves a page with the import map at `/`, and the JavaScript files of the workspace below it, to this machine only. */
async function serveWorkspace(): Promise<Server> {
  const page = `<!doctype html><link rel="icon" href="data:," /><script type="importmap">${JSON.stringify(browserImportMap(["opte-sim/replay"]))}</script>`;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(page);
      return;
    }
    readFile(join(ROOT, path)).then(
      (body) => response.setHeader("content-type", "text/javascript; charset=utf-8").end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
