import { describe, expect, it } from "vitest";
import { guardedPort } from "../../test/guarded-port.js";
import { KMutex } from "../provider/lock/k-mutex.js";
import { LockReentryError } from "../provider/lock/reentry-error.js";
import { makeRule } from "../rule/rule.js";
import type { Port } from "./port.js";

/** A running port whose provider gives it the lock. */
function portWith(mutex: KMutex, named: string[] = []): Port {
  const lock = {
    mutex: (name: string): KMutex => {
      named.push(name);
      return mutex;
    },
  };
  return guardedPort({ lock }, 1);
}

describe("the lock of a port", () => {
  it("is asked of the provider once, under the port's name", () => {
    const named: string[] = [];
    const port = portWith(new KMutex("shared"), named);
    port.clearUft();
    port.expireFlows();
    expect(named).toEqual(["port opte0"]);
  });

  it.each<[string, (port: Port) => unknown]>([
    ["addRule", (port) => port.addRule("guard", "in", makeRule(1, { kind: "deny" }))],
    ["setRules", (port) => port.setRules("guard", { in: [], out: [] })],
    ["setRulesSoft", (port) => port.setRulesSoft("guard", { in: [], out: [] })],
    ["clearUft", (port) => port.clearUft()],
    ["clearLft", (port) => port.clearLft("guard")],
    ["expireFlows", (port) => port.expireFlows()],
    ["reset", (port) => port.reset()],
  ])("is held during %s, which changes nothing while another holds it", (_name, operation) => {
    const mutex = new KMutex("shared");
    const port = portWith(mutex);
    mutex.hold(() => {
      expect(() => operation(port)).toThrow(LockReentryError);
    }, "another port of this thread");
    expect(port.epoch).toBe(1);
    expect(port.state).toBe("running");
    operation(port);
  });

  it("is free again after an operation that failed", () => {
    const mutex = new KMutex("shared");
    const port = portWith(mutex);
    expect(() => port.removeRule("guard", "in", 7)).toThrow();
    expect(mutex.hold(() => "free")).toBe("free");
  });
});
