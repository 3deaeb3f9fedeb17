// The conformance suite of lock providers.

import type { LockProvider } from "../provider/lock.js";
import { caught, check, quietly, type TestCase } from "./test-case.js";

const NAME = "port opte0";

/**
 * The contract of {@link LockProvider} as far as one thread can see it. What threads may rely on follows from whose lock the
 * provider gives, and is checked where there are threads.
 *
 * @param makeProvider makes a provider for one test, none of whose locks is held
 */
export function lockSuite(makeProvider: () => LockProvider): readonly TestCase[] {
  return [
    {
      name: "gives a lock that is free",
      run(): void {
        const mutex = makeProvider().mutex(NAME);
        quietly("lock", () => mutex.lock("test")).unlock();
      },
    },
    {
      name: "gives locks to as many ports as ask, of the same name too",
      run(): void {
        const provider = makeProvider();
        for (const name of [NAME, NAME, "port opte1"]) {
          const mutex = quietly(`mutex("${name}")`, () => provider.mutex(name));
          quietly("lock", () => mutex.lock("test")).unlock();
        }
      },
    },
    {
      name: "runs an action once and gives back what it returns",
      run(): void {
        const mutex = makeProvider().mutex(NAME);
        let runs = 0;
        const returned = mutex.hold(() => ++runs, "test");
        check(runs === 1 && returned === 1, `Expected one run that gives 1, got ${runs} that gave ${returned}`);
      },
    },
    {
      name: "reports a holder that asks again",
      run(): void {
        const mutex = makeProvider().mutex(NAME);
        const guard = mutex.lock("first");
        check(caught(() => mutex.lock("second")) !== undefined, "Expected lock to report that its holder asks again");
        check(
          caught(() => mutex.hold(() => undefined, "second")) !== undefined,
          "Expected hold to report that its holder asks again",
        );
        guard.unlock();
        const inside = mutex.hold(() => caught(() => mutex.lock("second")), "first");
        check(inside !== undefined, "Expected lock to report that it is asked for inside hold");
      },
    },
    {
      name: "is free again after a holder that throws, and passes on what it threw",
      run(): void {
        const mutex = makeProvider().mutex(NAME);
        const failure = new Error("Holder fails");
        const thrown = caught(() =>
          mutex.hold((): never => {
            throw failure;
          }, "test"),
        );
        check(thrown?.error === failure, `Expected what the holder threw, got ${String(thrown?.error)}`);
        quietly("lock", () => mutex.lock("test")).unlock();
      },
    },
    {
      name: "is not freed by a guard of an earlier holder",
      run(): void {
        const mutex = makeProvider().mutex(NAME);
        const earlier = mutex.lock("earlier");
        earlier.unlock();
        const later = mutex.lock("later");
        quietly("A second unlock", () => earlier.unlock());
        check(caught(() => mutex.lock("third")) !== undefined, "Expected the lock to stay with its holder");
        later.unlock();
        quietly("lock", () => mutex.lock("test")).unlock();
      },
    },
  ];
}
