// Threads that share the locks of the built opte-core, all under the condition that the process was started with; prints what they found.

import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import * as opteCore from "opte-core";

const { KMutex, KRwLock } = opteCore;
const THREADS = 3;
const ROUNDS = 20_000;

/** Cells that the locks guard: plain, so that an increment is lost where two threads are inside at once. */
const MUTEX_ENTRIES = 0;
const WRITES = 1;
const TORN_READS = 2;
const WRITES_AGAIN = 3;
/** Counts the threads that are there: none begins before the last, or they would hardly meet. */
const STARTED = 4;

/** Takes both locks in turn, many times; every hundredth holder of the mutex throws. */
function contend({ mutex, rwLock, cells }) {
  Atomics.add(cells, STARTED, 1);
  while (Atomics.load(cells, STARTED) < THREADS);
  for (let round = 0; round < ROUNDS; round++) {
    try {
      mutex.hold(() => {
        increment(cells, MUTEX_ENTRIES);
        if (round % 100 === 0) throw new RangeError("A holder failed");
      }, "contend");
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (round % 4 === 0) {
      rwLock.holdWrite(() => {
        increment(cells, WRITES);
        increment(cells, WRITES_AGAIN);
      }, "contend");
    } else {
      rwLock.holdRead(() => {
        if (cells[WRITES] !== cells[WRITES_AGAIN]) Atomics.add(cells, TORN_READS, 1);
      }, "contend");
    }
  }
}

/** Adds one, slowly enough for another thread to spoil it. */
function increment(cells, place) {
  const before = cells[place];
  for (let i = 0; i < 50; i++) Atomics.load(cells, place);
  cells[place] = before + 1;
}

async function main() {
  const mutex = new KMutex("mutex");
  const rwLock = new KRwLock("rwLock");
  const memories = { mutexMemory: mutex.share(), rwMemory: rwLock.share(), cellMemory: new SharedArrayBuffer(32) };
  const workers = Array.from({ length: THREADS }, () => new Worker(new URL(import.meta.url), { workerData: memories }));
  await Promise.all(workers.map((worker) => once(worker, "exit")));
  const [entries, writes, tornReads] = new Int32Array(memories.cellMemory);
  const reentry = caught(() => mutex.hold(() => mutex.lock("second"), "first"));
  return { entries, writes, tornReads, reentry, names: Object.keys(opteCore).sort() };
}

function caught(action) {
  try {
    action();
  } catch (error) {
    return error.message;
  }
  return undefined;
}

if (isMainThread) {
  process.stdout.write(JSON.stringify(await main().catch((error) => ({ failure: error.message }))));
} else {
  const { mutexMemory, rwMemory, cellMemory } = workerData;
  contend({
    mutex: new KMutex("mutex", mutexMemory),
    rwLock: new KRwLock("rwLock", rwMemory),
    cells: new Int32Array(cellMemory),
  });
  parentPort.close();
}
