// The mutex of the running context: for one thread by default, over shared memory under the export condition `opte-threaded`.

import type { MutexGate } from "./gate.js";
import { openMutexGate } from "./gates.js";
import { type LockGuard, SitedGuard, whileHeld } from "./lock-guard.js";
import { type LockSite, LockReentryError } from "./reentry-error.js";

/**
 * Mutual exclusion, not re-entrant (spec 02 §16). A *synonym type*: the name and the type are the same everywhere, and the
 * export condition under which `opte-core` is loaded chooses what stands behind it.
 *
 * - By default a lock is for one thread. Nothing ever waits; all that it does is to find a holder that asks again.
 * - Under `opte-threaded` threads that open it over the same memory exclude each other. They are served in the order in which they
 *   ask, and block while they wait. A thread that may not block, such as the main one of a page, cannot have such a lock.
 *
 * Taking a lock gives a guard, never a result to be checked: there is no poisoned state. A holder that throws releases the lock
 * like any other, because the engine finds out whether an operation can be done before it changes anything: one that fails leaves
 * nothing half-done for the next holder, and a lock that refused it would turn one failed command into a dead port. Only a thread
 * that is killed while it holds the lock, so that nothing of it can run any more, leaves it held for ever.
 *
 * @example
 * ```ts
 * const lock = new KMutex("table");
 * const size = lock.hold(() => table.push(entry));
 * ```
 */
export class KMutex {
  /** Shown when the lock reports re-entry. */
  readonly name: string;
  readonly #gate: MutexGate;
  #holder: SitedGuard | undefined;

  /**
   * @param name shown in errors
   * @param memory what {@link share} gave in another thread, to open that thread's lock; a new lock without
   * @throws OpteError `System`: `ENOTSUP` with memory in the default context, or in a thread that may not wait; `EINVAL` for memory
   *   of another kind of lock
   */
  constructor(name: string, memory?: SharedArrayBuffer) {
    this.name = name;
    this.#gate = openMutexGate(name, memory);
  }

  /**
   * Takes the lock, waiting for its turn; release it in a `finally`.
   *
   * @param site the caller's word for this place in a report of re-entry. Without one the stack is recorded, which takes
   *   microseconds, where the rest takes nanoseconds.
   * @throws LockReentryError when this thread holds it already
   */
  lock(site?: string): LockGuard {
    return this.#take(site ?? new Error());
  }

  /**
   * Runs `action` while holding the lock, and releases it however `action` ends.
   *
   * @param action must be done when it returns: the lock does not wait for a promise
   * @param site as for {@link lock}
   * @returns what `action` returns
   * @throws LockReentryError when this thread holds it already; whatever `action` throws
   */
  hold<T>(action: () => T, site?: string): T {
    return whileHeld(this.#take(site ?? new Error()), action);
  }

  /**
   * The memory over which another thread opens the same lock: post it there, and call `new KMutex(name, memory)`. Open a lock
   * once in each thread: only then is re-entry found.
   *
   * @throws OpteError `System`, `ENOTSUP`, in the default context
   */
  share(): SharedArrayBuffer {
    return this.#gate.share();
  }

  #take(site: LockSite): LockGuard {
    if (this.#holder !== undefined) throw new LockReentryError(this.name, this.#holder.site, site);
    this.#gate.enter();
    this.#holder = new SitedGuard(site, this.#release);
    return this.#holder;
  }

  readonly #release = (): void => {
    this.#holder = undefined;
    this.#gate.leave();
  };
}
