// Runs the program in a Node worker: input by `workerData`, result by message.

import { parentPort, workerData } from "node:worker_threads";
import { run } from "./program.js";

parentPort?.postMessage(await run(workerData));
