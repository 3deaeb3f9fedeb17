// A thread of the tests of gates: enters a gate over shared memory many times and writes what it found inside.

import { parentPort, workerData } from "node:worker_threads";
import { FairRwGate, TicketGate } from "../src/provider/lock/ticket-gate.ts";

/** Cells of the shared record: plain, not atomic, so that they come out right only if the gate excludes. */
const WRITES = 0;
const INSIDE = 1;
const FAULTS = 2;
const STARTED = 3;
const ARRIVALS = 4;

const { kind, gateMemory, recordMemory, rounds, id, together } = workerData;
const record = new Int32Array(recordMemory);

/** Adds one in steps that another thread would see and spoil. */
function write() {
  if (record[INSIDE] !== 0) Atomics.add(record, FAULTS, 1);
  record[INSIDE] = 1;
  const before = record[WRITES];
  for (let i = 0; i < 20; i++) Atomics.load(record, FAULTS);
  record[WRITES] = before + 1;
  record[INSIDE] = 0;
}

function read() {
  const before = record[WRITES];
  for (let i = 0; i < 20; i++) Atomics.load(record, FAULTS);
  if (record[INSIDE] !== 0 || record[WRITES] !== before) Atomics.add(record, FAULTS, 1);
}

const tasks = {
  mutex() {
    const gate = new TicketGate(gateMemory);
    for (let i = 0; i < rounds; i++) {
      gate.enter();
      write();
      gate.leave();
    }
  },
  rw() {
    const gate = new FairRwGate(gateMemory);
    for (let i = 0; i < rounds; i++) {
      if ((i + id) % 4 === 0) {
        gate.enterWrite();
        write();
        gate.leaveWrite();
      } else {
        gate.enterRead();
        read();
        gate.leaveRead();
      }
    }
  },
  /** Notes the thread's place in the order of entry. */
  arrive() {
    const gate = new TicketGate(gateMemory);
    gate.enter();
    record[ARRIVALS + id] = ++record[WRITES];
    gate.leave();
  },
  /** As `arrive`, into a read-write gate: even ids read, odd ids write. */
  arriveRw() {
    const gate = new FairRwGate(gateMemory);
    if (id % 2 === 0) {
      gate.enterRead();
      record[ARRIVALS + id] = ++record[WRITES];
      gate.leaveRead();
    } else {
      gate.enterWrite();
      record[ARRIVALS + id] = ++record[WRITES];
      gate.leaveWrite();
    }
  },
};

// The threads contend only if none begins before the last has started.
Atomics.add(record, STARTED, 1);
Atomics.notify(record, STARTED);
for (let n = Atomics.load(record, STARTED); n < together; n = Atomics.load(record, STARTED)) {
  Atomics.wait(record, STARTED, n);
}
tasks[kind]();
parentPort.postMessage("done");
