import { OpteError } from "opte-api";
import { describe, expect, it } from "vitest";
import { KMutex } from "./k-mutex.js";
import { LockReentryError } from "./reentry-error.js";

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function reentry(action: () => unknown): LockReentryError {
  const error = caught(action);
  if (!(error instanceof LockReentryError)) throw new Error("There was no report of re-entry", { cause: error });
  return error;
}

describe("KMutex in the default context", () => {
  it("gives a guard that releases it", () => {
    const mutex = new KMutex("table");
    mutex.lock().unlock();
    mutex.lock().unlock();
  });

  it("gives back what the action returns", () => {
    expect(new KMutex("table").hold(() => 7)).toBe(7);
  });

  it("is released by a holder that throws, and is not poisoned", () => {
    const mutex = new KMutex("table");
    const failure = new Error("full");
    expect(
      caught(() =>
        mutex.hold(() => {
          throw failure;
        }),
      ),
    ).toBe(failure);
    expect(mutex.hold(() => "again")).toBe("again");
  });

  it("reports a holder that asks again, with both places as the callers name them", () => {
    const mutex = new KMutex("port opte0");
    const error = reentry(() => mutex.hold(() => mutex.lock("a probe"), "expireFlows"));
    expect(error).toMatchObject({ lock: "port opte0", takenAt: "expireFlows", askedAt: "a probe" });
    expect(error.message).toBe(
      'Cannot take lock "port opte0": it is held by whoever asks, taken at expireFlows; asked for again at a probe',
    );
  });

  it("finds the places by itself where callers do not name them", () => {
    const mutex = new KMutex("table");
    function taker(): void {
      mutex.lock();
    }
    function asker(): void {
      mutex.hold(() => undefined);
    }
    taker();
    const error = reentry(asker);
    expect(error.takenAt).toMatch(/^taker .*k-mutex\.test\.ts/);
    expect(error.askedAt).toMatch(/^asker .*k-mutex\.test\.ts/);
  });

  it("stays held after a report of re-entry, until its holder releases it", () => {
    const mutex = new KMutex("table");
    const guard = mutex.lock();
    reentry(() => mutex.lock());
    reentry(() => mutex.lock());
    guard.unlock();
    mutex.lock();
  });

  it("is not released by a guard of an earlier holder", () => {
    const mutex = new KMutex("table");
    const earlier = mutex.lock();
    earlier.unlock();
    mutex.lock();
    earlier.unlock();
    reentry(() => mutex.lock());
  });

  it("refuses to be shared, and says what is missing", () => {
    for (const attempt of [
      (): unknown => new KMutex("table").share(),
      (): unknown => new KMutex("table", new SharedArrayBuffer(64)),
    ]) {
      expect(attempt).toThrow(OpteError);
      expect(attempt).toThrow(
        'Cannot share lock "table" between threads: opte-core is loaded without the export condition "opte-threaded"',
      );
    }
  });
});
