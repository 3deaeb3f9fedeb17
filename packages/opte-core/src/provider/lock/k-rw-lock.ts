// The reader-writer lock of the running context: for one thread by default, over shared memory under `opte-threaded`.

import type { RwGate } from "./gate.js";
import { openRwGate } from "./gates.js";
import { type LockGuard, SitedGuard, whileHeld } from "./lock-guard.js";
import { type LockSite, LockReentryError } from "./reentry-error.js";

/**
 * Many readers or one writer. A synonym type like {@link KMutex}, which tells what that means, what a context does, and why no lock
 * is ever poisoned.
 *
 * Between threads it is fair to both sides: whoever asks is served in the order of asking, and readers that stand one behind the
 * other read together. A reader that comes after a waiting writer waits behind it, so that neither side starves.
 *
 * A thread may read while it reads: the lock is let go with the last of its guards. It may not write while it reads or writes,
 * nor read while it writes.
 */
export class KRwLock {
  /** Shown when the lock reports re-entry. */
  readonly name: string;
  readonly #gate: RwGate;
  /** This thread's guards, oldest first: one writer at most, and no reader beside it. */
  readonly #readers: Set<SitedGuard> = new Set();
  #writer: SitedGuard | undefined;

  /**
   * @param name shown in errors
   * @param memory what {@link share} gave in another thread, to open that thread's lock; a new lock without
   * @throws OpteError as for {@link KMutex}
   */
  constructor(name: string, memory?: SharedArrayBuffer) {
    this.name = name;
    this.#gate = openRwGate(name, memory);
  }

  /**
   * Takes the lock for reading, waiting for its turn; release it in a `finally`.
   *
   * @param site as for {@link KMutex.lock}
   * @throws LockReentryError when this thread writes
   */
  read(site?: string): LockGuard {
    return this.#takeRead(site ?? new Error());
  }

  /**
   * Takes the lock for writing, waiting for its turn; release it in a `finally`.
   *
   * @param site as for {@link KMutex.lock}
   * @throws LockReentryError when this thread reads or writes
   */
  write(site?: string): LockGuard {
    return this.#takeWrite(site ?? new Error());
  }

  /** Runs `action` while reading; otherwise as {@link KMutex.hold}. @throws LockReentryError when this thread writes */
  holdRead<T>(action: () => T, site?: string): T {
    return whileHeld(this.#takeRead(site ?? new Error()), action);
  }

  /** Runs `action` while writing; otherwise as {@link KMutex.hold}. @throws LockReentryError when this thread reads or writes */
  holdWrite<T>(action: () => T, site?: string): T {
    return whileHeld(this.#takeWrite(site ?? new Error()), action);
  }

  /** As {@link KMutex.share}. @throws OpteError `System`, `ENOTSUP`, in the default context */
  share(): SharedArrayBuffer {
    return this.#gate.share();
  }

  #takeRead(site: LockSite): LockGuard {
    if (this.#writer !== undefined) throw new LockReentryError(this.name, this.#writer.site, site);
    // A thread that reads already must not queue again: a writer in between would wait for it, and it for the writer.
    if (this.#readers.size === 0) this.#gate.enterRead();
    const guard = new SitedGuard(site, this.#releaseRead);
    this.#readers.add(guard);
    return guard;
  }

  #takeWrite(site: LockSite): LockGuard {
    const holder = this.#writer ?? this.#readers.values().next().value;
    if (holder !== undefined) throw new LockReentryError(this.name, holder.site, site);
    this.#gate.enterWrite();
    this.#writer = new SitedGuard(site, this.#releaseWrite);
    return this.#writer;
  }

  readonly #releaseRead = (guard: SitedGuard): void => {
    this.#readers.delete(guard);
    if (this.#readers.size === 0) this.#gate.leaveRead();
  };

  readonly #releaseWrite = (): void => {
    this.#writer = undefined;
    this.#gate.leaveWrite();
  };
}
