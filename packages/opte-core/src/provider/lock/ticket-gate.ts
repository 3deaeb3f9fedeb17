// Fair gates over shared memory: a thread draws a ticket and waits for its number.
//
// Memory, in 32-bit cells:   | next ticket | slot 0 | … | slot 7 | readers inside (read-write gates only) |
//
// Slot `t mod 8` holds the last ticket of its residue class that was let in; ticket 0 is let in from the start. Tickets wrap
// at 2^32, a multiple of the number of slots.

import type { MutexGate, RwGate } from "./gate.js";

const NEXT_TICKET = 0;
const FIRST_SLOT = 1;
/** A power of two. More waiters than slots share some: a wake-up then rouses those of one slot, and all but one lie down again. */
const SLOTS = 8;
const READERS = FIRST_SLOT + SLOTS;

/** Size of the memory of a {@link TicketGate}, in bytes. New memory is all zero. */
export const MUTEX_MEMORY_LEN: number = READERS * Int32Array.BYTES_PER_ELEMENT;

/** Size of the memory of a {@link FairRwGate}, in bytes. New memory is all zero. */
export const RW_MEMORY_LEN: number = (READERS + 1) * Int32Array.BYTES_PER_ELEMENT;

/** First come, first served. One instance for each thread, over the same memory. */
export class TicketGate implements MutexGate {
  readonly #memory: SharedArrayBuffer;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  /** The ticket inside, while it is this thread's. */
  #ticket = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
    this.#cells = new Int32Array(memory);
  }

  enter(): void {
    const cells = this.#cells;
    const ticket = Atomics.add(cells, NEXT_TICKET, 1);
    const slot = slotOf(ticket);
    let served = Atomics.load(cells, slot);
    while (served !== ticket) {
      // No wake-up is lost: the wait begins only if the slot still holds what was just read, and it changes before the notice.
      Atomics.wait(cells, slot, served);
      served = Atomics.load(cells, slot);
    }
    this.#ticket = ticket;
  }

  leave(): void {
    const next = (this.#ticket + 1) | 0;
    const slot = slotOf(next);
    Atomics.store(this.#cells, slot, next);
    Atomics.notify(this.#cells, slot);
  }

  share(): SharedArrayBuffer {
    return this.#memory;
  }
}

/**
 * Fair to both: whoever asks, reader or writer, passes the same {@link TicketGate}. A reader leaves it at once and is counted; a
 * writer stays in it until it has finished, and waits in it for the readers to go. So nobody overtakes, and nobody starves.
 */
export class FairRwGate implements RwGate {
  readonly #entrance: TicketGate;
  readonly #cells: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#entrance = new TicketGate(memory);
    this.#cells = new Int32Array(memory);
  }

  enterRead(): void {
    this.#entrance.enter();
    Atomics.add(this.#cells, READERS, 1);
    this.#entrance.leave();
  }

  leaveRead(): void {
    // A writer waits for none to be left; no reader comes in meanwhile, so that only the last has to rouse it.
    if (Atomics.sub(this.#cells, READERS, 1) === 1) Atomics.notify(this.#cells, READERS);
  }

  enterWrite(): void {
    this.#entrance.enter();
    let readers = Atomics.load(this.#cells, READERS);
    while (readers !== 0) {
      Atomics.wait(this.#cells, READERS, readers);
      readers = Atomics.load(this.#cells, READERS);
    }
  }

  leaveWrite(): void {
    this.#entrance.leave();
  }

  share(): SharedArrayBuffer {
    return this.#entrance.share();
  }
}

function slotOf(ticket: number): number {
  return FIRST_SLOT + (ticket & (SLOTS - 1));
}
