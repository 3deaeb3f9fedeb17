import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { FairRwGate, MUTEX_MEMORY_LEN, RW_MEMORY_LEN, TicketGate } from "./ticket-gate.js";

/** Places in the record that the threads of `test/gate-worker.js` keep. */
const WRITES = 0;
const FAULTS = 2;
const ARRIVALS = 4;

/** More than a gate has slots, so that some threads share one. */
const MANY_THREADS = 11;

/** Entries of each of many threads; a multiple of the four after which a thread of a read-write gate writes. */
const ROUNDS = 2000;

/** A hang is what a lost wake-up looks like. */
const HANG = 10_000;

interface Threads {
  readonly gateMemory: SharedArrayBuffer;
  readonly record: Int32Array;
  /** Starts a thread; the promise is kept when it has done all of its rounds. */
  start(id: number): Promise<unknown>;
}

/** Threads that each do so many rounds, once as many as go `together` have started. */
function threads(
  kind: "mutex" | "rw" | "arrive" | "arriveRw",
  gateMemoryLen: number,
  rounds = 1,
  together = 1,
): Threads {
  const gateMemory = new SharedArrayBuffer(gateMemoryLen);
  const recordMemory = new SharedArrayBuffer(256);
  return {
    gateMemory,
    record: new Int32Array(recordMemory),
    async start(id: number): Promise<unknown> {
      const workerData = { kind, gateMemory, recordMemory, rounds, id, together };
      const worker = new Worker(new URL("../../../test/gate-worker.js", import.meta.url), { workerData });
      return once(worker, "message");
    },
  };
}

/** Waits until so many tickets have been drawn; the first cell counts them. */
async function ticketsDrawn(gateMemory: SharedArrayBuffer, count: number): Promise<void> {
  const cells = new Int32Array(gateMemory);
  while (Atomics.load(cells, 0) < count) await sleep(1);
}

describe("TicketGate", () => {
  it(
    "keeps threads apart and wakes every one of them, more of them than it has slots",
    async () => {
      const { start, record } = threads("mutex", MUTEX_MEMORY_LEN, ROUNDS, MANY_THREADS);
      await Promise.all(Array.from({ length: MANY_THREADS }, (_, id) => start(id)));
      expect(record[FAULTS]).toBe(0);
      expect(record[WRITES]).toBe(MANY_THREADS * ROUNDS);
    },
    HANG,
  );

  it(
    "lets threads in in the order in which they asked",
    async () => {
      const { start, record, gateMemory } = threads("arrive", MUTEX_MEMORY_LEN);
      const gate = new TicketGate(gateMemory);
      gate.enter();
      const order = [3, 0, 4, 1, 2];
      const running: Promise<unknown>[] = [];
      for (const id of order) {
        running.push(start(id));
        await ticketsDrawn(gateMemory, running.length + 1);
      }
      gate.leave();
      await Promise.all(running);
      expect(order.map((id) => record[ARRIVALS + id])).toEqual([1, 2, 3, 4, 5]);
    },
    HANG,
  );

  it(
    "finds the thread whose turn it is behind another that waits in the same slot",
    async () => {
      const { start, record, gateMemory } = threads("arrive", MUTEX_MEMORY_LEN);
      const cells = new Int32Array(gateMemory);
      const gate = new TicketGate(gateMemory);
      gate.enter();
      // Thread 0 gets ticket 9 and lies down in slot 1; only then thread 1 gets ticket 1, which is next.
      Atomics.store(cells, 0, 9);
      const later = start(0);
      await ticketsDrawn(gateMemory, 10);
      await sleep(20);
      Atomics.store(cells, 0, 1);
      const next = start(1);
      await ticketsDrawn(gateMemory, 2);
      await sleep(20);
      gate.leave();
      await next;
      for (let ticket = 2; ticket < 9; ticket++) {
        gate.enter();
        gate.leave();
      }
      await later;
      expect([record[ARRIVALS + 1], record[ARRIVALS]]).toEqual([1, 2]);
    },
    HANG,
  );

  it("goes on when tickets wrap at 2^32, through every slot", () => {
    const memory = new SharedArrayBuffer(MUTEX_MEMORY_LEN);
    const cells = new Int32Array(memory);
    // As after 2^32 - 4 entries: slots 4 … 7 still hold the tickets of the round before.
    cells.set([-4, -8, -7, -6, -5, -4, -11, -10, -9]);
    const gate = new TicketGate(memory);
    for (let entry = 0; entry < 20; entry++) {
      gate.enter();
      gate.leave();
    }
    expect(cells[0]).toBe(16);
  });
});

describe("FairRwGate", () => {
  it(
    "never lets a writer in beside anyone, and wakes readers and writers",
    async () => {
      const { start, record } = threads("rw", RW_MEMORY_LEN, ROUNDS, MANY_THREADS);
      await Promise.all(Array.from({ length: MANY_THREADS }, (_, id) => start(id)));
      expect(record[FAULTS]).toBe(0);
      expect(record[WRITES]).toBe((MANY_THREADS * ROUNDS) / 4);
    },
    HANG,
  );

  it(
    "lets a reader in beside another",
    async () => {
      const { start, record, gateMemory } = threads("arriveRw", RW_MEMORY_LEN);
      new FairRwGate(gateMemory).enterRead();
      await start(0);
      expect(record[WRITES]).toBe(1);
    },
    HANG,
  );

  it(
    "lets no reader overtake a writer that waits, nor a writer a reader",
    async () => {
      const { start, record, gateMemory } = threads("arriveRw", RW_MEMORY_LEN);
      const gate = new FairRwGate(gateMemory);
      gate.enterRead();
      const order = [1, 2, 3, 0];
      const running: Promise<unknown>[] = [];
      for (const id of order) {
        running.push(start(id));
        await ticketsDrawn(gateMemory, running.length + 1);
      }
      expect(record[WRITES]).toBe(0);
      gate.leaveRead();
      await Promise.all(running);
      expect(order.map((id) => record[ARRIVALS + id])).toEqual([1, 2, 3, 4]);
    },
    HANG,
  );

  it("has memory of another size than a mutex, so that one is not taken for the other", () => {
    expect(RW_MEMORY_LEN).not.toBe(MUTEX_MEMORY_LEN);
  });
});
