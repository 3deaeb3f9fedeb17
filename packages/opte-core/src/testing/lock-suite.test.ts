import { type LockProvider, OWN_LOCK } from "../provider/lock.js";
import { KMutex } from "../provider/lock/k-mutex.js";
import type { LockGuard } from "../provider/lock/lock-guard.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { lockSuite } from "./lock-suite.js";

const mutant = (fault: string, rule: string, mutex: (name: string) => KMutex): Mutant => ({
  fault,
  rule,
  suite: lockSuite(() => ({ mutex })),
});

/** A provider that gives everybody the same lock. */
function shared(): LockProvider {
  const mutex = new KMutex("all ports");
  return { mutex: () => mutex };
}

const FREE = "gives a lock that is free";
const MANY = "gives locks to as many ports as ask, of the same name too";
const RUNS = "runs an action once and gives back what it returns";
const REENTRY = "reports a holder that asks again";
const THROWS = "is free again after a holder that throws, and passes on what it threw";
const STALE = "is not freed by a guard of an earlier holder";

trySuite(
  "lockSuite",
  { "a lock for each port": lockSuite(() => OWN_LOCK), "one lock for all ports": lockSuite(shared) },
  [
    mutant("gives a lock that is held", FREE, (name) => {
      const mutex = new KMutex(name);
      mutex.lock("the provider");
      return mutex;
    }),
    {
      fault: "has one lock for each name and gives it once",
      rule: MANY,
      suite: lockSuite(() => {
        const names = new Set<string>();
        return {
          mutex(name): KMutex {
            if (names.has(name)) throw new Error(`"${name}" has its lock`);
            names.add(name);
            return new KMutex(name);
          },
        };
      }),
    },
    mutant("runs an action again", RUNS, (name) => new RetryingMutex(name)),
    mutant("lets a holder in again", REENTRY, (name) => new OpenMutex(name)),
    mutant("stays held when its holder throws", THROWS, (name) => new PoisonedMutex(name)),
    mutant("throws something else than its holder", THROWS, (name) => new WrappingMutex(name)),
    mutant("is freed by any guard", STALE, (name) => new ForgetfulMutex(name)),
  ],
);

class RetryingMutex extends KMutex {
  override hold<T>(action: () => T, site?: string): T {
    super.hold(action, site);
    return super.hold(action, site);
  }
}

class OpenMutex extends KMutex {
  override lock(): LockGuard {
    return { unlock: (): void => undefined };
  }

  override hold<T>(action: () => T): T {
    return action();
  }
}

class PoisonedMutex extends KMutex {
  override hold<T>(action: () => T, site?: string): T {
    const guard = this.lock(site);
    const result = action();
    guard.unlock();
    return result;
  }
}

class WrappingMutex extends KMutex {
  override hold<T>(action: () => T, site?: string): T {
    try {
      return super.hold(action, site);
    } catch (error) {
      throw new Error("Holder threw", { cause: error });
    }
  }
}

class ForgetfulMutex extends KMutex {
  #guard: LockGuard | undefined;

  override lock(site?: string): LockGuard {
    this.#guard = super.lock(site);
    return { unlock: (): void => this.#guard?.unlock() };
  }
}
