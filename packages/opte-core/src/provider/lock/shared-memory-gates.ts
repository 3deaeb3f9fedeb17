// Gates over shared memory: makes the memory, or checks what another thread made.

import { Errno, OpteError } from "opte-api";
import type { MutexGate, OpenGate, RwGate } from "./gate.js";
import { FairRwGate, MUTEX_MEMORY_LEN, RW_MEMORY_LEN, TicketGate } from "./ticket-gate.js";

/** Opens a gate that serves threads in the order in which they ask. */
export const openMutexGate: OpenGate<MutexGate> = (name, memory) =>
  new TicketGate(gateMemory(name, memory, MUTEX_MEMORY_LEN));

/** Opens a gate that serves threads in the order in which they ask; readers that stand one behind the other go in together. */
export const openRwGate: OpenGate<RwGate> = (name, memory) => new FairRwGate(gateMemory(name, memory, RW_MEMORY_LEN));

function gateMemory(name: string, given: SharedArrayBuffer | undefined, byteLength: number): SharedArrayBuffer {
  requireWaiting(name);
  if (given === undefined) return new SharedArrayBuffer(byteLength);
  if (given.byteLength === byteLength) return given;
  throw new OpteError({
    kind: "System",
    errno: Errno.EINVAL,
    msg: `Cannot open lock "${name}": its memory has ${given.byteLength} bytes, a lock of this kind has ${byteLength}`,
  });
}

/**
 * Refuses a thread that may not block, such as the main one of a page. It must not come to know only when it has drawn a
 * ticket: nobody could use up that ticket, and every other thread would wait for ever.
 */
function requireWaiting(name: string): void {
  try {
    // Returns at once, because the cell holds 0; but throws first where waiting is forbidden.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 1);
  } catch {
    throw new OpteError({
      kind: "System",
      errno: Errno.ENOTSUP,
      msg: `Cannot open lock "${name}": this thread may not wait, so it cannot share locks`,
    });
  }
}
