// The lock provider: mutual exclusion of a port's control operations (spec 02 §16).

/** Held until {@link unlock}; take it with `try … finally`. */
export interface LockGuard {
  unlock(): void;
}

/** A mutex that is not re-entrant. */
export interface Lock {
  /** Takes the lock. A holder that asks again is a programming error, which the lock reports by throwing. */
  lock(): LockGuard;
}

/** Makes locks. */
export interface LockProvider {
  /** @param name shown when the lock reports re-entry */
  mutex(name: string): Lock;
}

/** Locks for one thread: they only detect re-entry, such as a probe that changes the rules of the port that fired it. */
export const LOCAL_LOCK: LockProvider = {
  mutex(name: string): Lock {
    let held = false;
    const guard: LockGuard = {
      unlock(): void {
        held = false;
      },
    };
    return {
      lock(): LockGuard {
        if (held) throw new Error(`Cannot lock "${name}": its holder asked for it again`);
        held = true;
        return guard;
      },
    };
  },
};
