import { describe, expect, it } from "vitest";
import { LockReentryError } from "./reentry-error.js";

/** An error with the stack of another engine. */
function withStack(stack: string): Error {
  return Object.assign(new Error(), { stack });
}

describe("LockReentryError", () => {
  it("shows the innermost frames of the caller, from V8", () => {
    const site = withStack("Error\n    at KMutex.lock (m.js:1:1)\n    at a (a.js:2:2)\n    at b (b.js:3:3)");
    expect(new LockReentryError("x", site, "y").takenAt).toBe("a (a.js:2:2) < b (b.js:3:3)");
  });

  it("shows them from engines that put no name in front", () => {
    const site = withStack("lock@m.js:1:1\na@a.js:2:2\nb@b.js:3:3\n");
    expect(new LockReentryError("x", "y", site).askedAt).toBe("a@a.js:2:2 < b@b.js:3:3");
  });

  it("shows a few frames at most, and none from an engine that keeps no stack", () => {
    const long = withStack(`Error\n${"    at f (f.js:1:1)\n".repeat(10)}`);
    expect(new LockReentryError("x", long, "y").takenAt.split(" < ")).toHaveLength(4);
    expect(new LockReentryError("x", withStack(""), "y").takenAt).toBe("an unknown place");
  });
});
