// The lock provider: who else may hold the lock of a port's control operations (spec 02 §16).

import { KMutex } from "./lock/k-mutex.js";

/**
 * Makes the locks of ports. *How* a lock works is the running context's affair (see {@link KMutex}); a provider decides *whose* it
 * is. Without one, each port has a lock of its own ({@link OWN_LOCK}), which is right unless ports of several threads work on
 * something that they share: those are handed the same lock, and their control operations exclude one another.
 *
 * - *Who calls, and when:* the port, once while it is built. It holds the lock during every control operation that changes rules or
 *   flows (`addRule`, `setRules`, `clearUft`, `expireFlows`, `reset`, …), and not while it processes a packet.
 * - *Must:* give a lock that nobody in this thread holds across calls into the port: the port would report re-entry.
 * - *May:* give several ports one lock, or extend {@link KMutex}, to count how often it is taken, say.
 * - *Errors:* what it throws passes through the builder, and no port is made.
 *
 * @example
 * ```ts
 * // In the first thread: post `mutex.share()` to the second. In the second, opte-core being loaded under `opte-threaded`:
 * const mutex = new KMutex("port opte0", memory);
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
