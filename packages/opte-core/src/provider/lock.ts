// The lock provider: who else may hold the lock of a port's control operations (spec 02 §16).

import { KMutex } from "./lock/k-mutex.js";

/**
 * Makes the locks of a port. *How* a lock works is the running context's affair ({@link KMutex}); a provider decides *whose* it is.
 * Threads that each have a port over tables which they share exclude one another by handing their ports the same lock:
 *
 * @example
 * ```ts
 * const mutex = new KMutex("port opte0", memoryFromTheOtherThread);
 * const lock: LockProvider = { mutex: () => mutex };
 * ```
 */
export interface LockProvider {
  /** @param name of what the lock guards, `port <name>` for a port; for the lock's errors */
  mutex(name: string): KMutex;
}

/** Makes every port a lock of its own. */
export const OWN_LOCK: LockProvider = {
  mutex(name: string): KMutex {
    return new KMutex(name);
  },
};
