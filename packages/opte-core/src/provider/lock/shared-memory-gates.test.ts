import { OpteError } from "opte-api";
import { describe, expect, it, vi } from "vitest";
import { openMutexGate, openRwGate } from "./gates.threaded.js";

describe.each([
  { kind: "mutex", open: openMutexGate, other: openRwGate },
  { kind: "read-write", open: openRwGate, other: openMutexGate },
])("a $kind gate over shared memory", ({ open, other }) => {
  it("makes memory of its own, or takes another gate's", () => {
    const gate = open("table", undefined);
    expect(open("table", gate.share()).share()).toBe(gate.share());
    expect(open("table", undefined).share()).not.toBe(gate.share());
  });

  it("refuses the memory of another kind of lock", () => {
    const memory = other("table", undefined).share();
    expect(() => open("table", memory)).toThrow(/^System error 22: Cannot open lock "table": its memory has \d+ bytes/);
  });

  it("is not opened in a thread that may not wait", () => {
    const wait = vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    try {
      expect(() => open("table", undefined)).toThrow(OpteError);
      expect(() => open("table", undefined)).toThrow("this thread may not wait");
    } finally {
      wait.mockRestore();
    }
  });
});
