import { describe, expect, it } from "vitest";
import { KRwLock } from "./k-rw-lock.js";
import { LockReentryError } from "./reentry-error.js";

const REENTRY = LockReentryError;

describe("KRwLock in the default context", () => {
  it("has many readers", () => {
    const lock = new KRwLock("addresses");
    const readers = [lock.read(), lock.read(), lock.read()];
    expect(() => lock.write()).toThrow(REENTRY);
    for (const reader of readers) reader.unlock();
    lock.write();
  });

  it("has one writer and no reader beside it", () => {
    const lock = new KRwLock("addresses");
    const writer = lock.write();
    expect(() => lock.write()).toThrow(REENTRY);
    expect(() => lock.read()).toThrow(REENTRY);
    writer.unlock();
    lock.read();
  });

  it("stays with its readers until the last has gone, whatever the order", () => {
    const lock = new KRwLock("addresses");
    const first = lock.read();
    const second = lock.read();
    first.unlock();
    first.unlock();
    expect(() => lock.write()).toThrow(REENTRY);
    second.unlock();
    lock.write().unlock();
  });

  it("reports the oldest reader to a writer, and the writer to a reader", () => {
    const lock = new KRwLock("addresses");
    lock.holdRead(() => {
      lock.holdRead(() => {
        expect(() => lock.write("c")).toThrow("taken at a; asked for again at c");
      }, "b");
    }, "a");
    lock.holdWrite(() => {
      expect(() => lock.read("e")).toThrow("taken at d; asked for again at e");
    }, "d");
  });

  it("gives back what the action returns", () => {
    const lock = new KRwLock("addresses");
    expect(lock.holdRead(() => 1)).toBe(1);
    expect(lock.holdWrite(() => 2)).toBe(2);
  });

  it("is released by a reader or writer that throws, and is not poisoned", () => {
    const lock = new KRwLock("addresses");
    const fail = (): never => {
      throw new Error("full");
    };
    expect(() => lock.holdRead(fail)).toThrow("full");
    expect(() => lock.holdWrite(fail)).toThrow("full");
    expect(lock.holdWrite(() => "again")).toBe("again");
  });

  it("refuses to be shared, and says what is missing", () => {
    expect(() => new KRwLock("addresses").share()).toThrow('without the export condition "opte-threaded"');
    expect(() => new KRwLock("addresses", new SharedArrayBuffer(64))).toThrow(
      'without the export condition "opte-threaded"',
    );
  });
});
