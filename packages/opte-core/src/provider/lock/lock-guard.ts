// What whoever took a lock holds in hand.

import type { LockSite } from "./reentry-error.js";

/** A lock held; it stays so until {@link unlock}. Prefer the lock's `hold…` methods, which cannot forget it. */
export interface LockGuard {
  /** Releases the lock. A second call does nothing, also when the lock has a new holder by then. */
  unlock(): void;
}

/** A guard that knows where it was taken. */
export class SitedGuard implements LockGuard {
  readonly site: LockSite;
  #release: ((guard: SitedGuard) => void) | undefined;

  /** @param release called once */
  constructor(site: LockSite, release: (guard: SitedGuard) => void) {
    this.site = site;
    this.#release = release;
  }

  unlock(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.(this);
  }
}

/** Runs `action` and lets the guard go, however `action` ends. */
export function whileHeld<T>(guard: LockGuard, action: () => T): T {
  try {
    return action();
  } finally {
    guard.unlock();
  }
}
