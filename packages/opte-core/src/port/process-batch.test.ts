import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeEdge, stateOf } from "../../test/edge-network.js";
import { edgeLimits, edgeSteps, frameOf, type Shot } from "../../test/edge-traffic.js";
import { guardedPort } from "../../test/guarded-port.js";
import { udpFrame } from "../../test/small-frames.js";
import type { Frame } from "../packet/frame.js";
import { LockReentryError } from "../provider/lock/reentry-error.js";
import { makeRule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import type { Port } from "./port.js";

/** What can be seen of a packet's result. */
function detailsOf({ result }: Port): unknown {
  const { verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error, hairpin } = result;
  const answer = verdict === Verdict.Hairpin ? hairpin.toBytes() : undefined;
  return { verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error, answer };
}

describe("processBatch", () => {
  it("does to every frame, and to the port, what processing them one by one does", () => {
    const sizes = new Set<number>();
    const seen = new Set<number>();
    fc.assert(
      fc.property(edgeLimits, edgeSteps(80), (limits, steps) => {
        const [single, batched] = [makeEdge(limits), makeEdge(limits)];
        let run: Shot[] = [];
        const flush = (): void => {
          const [first] = run;
          if (first === undefined) return;
          const frames = run.map(frameOf);
          const copies = run.map(frameOf);
          const verdicts = new Uint8Array(run.length + 1).fill(0xff);
          const details: unknown[] = [];
          const done = batched.port.processBatch(first.dir, frames, verdicts, (i, verdict) => {
            details.push([i, verdict, detailsOf(batched.port)]);
          });
          expect(done).toBe(run.length);
          const expected = copies.map((frame, i) => {
            const verdict = single.port.process(first.dir, frame);
            seen.add(verdict);
            return [i, verdict, detailsOf(single.port)];
          });
          expect(details).toEqual(expected);
          expect([...verdicts]).toEqual([...expected.map(([, verdict]) => verdict), 0xff]);
          expect(frames.map((frame) => frame.toBytes())).toEqual(copies.map((frame) => frame.toBytes()));
          expect(stateOf(batched)).toBe(stateOf(single));
          sizes.add(run.length);
          run = [];
        };
        for (const step of steps) {
          if (step.kind === "change") {
            flush();
            for (const each of [single, batched]) step.run(each);
            continue;
          }
          if (run[0]?.dir !== step.shot.dir) flush();
          for (let i = 0; i < step.times; i++) run.push(step.shot);
        }
        flush();
        expect(batched.heard).toEqual(single.heard);
      }),
      { numRuns: 60, seed: 9, endOnFailure: true },
    );
    expect(Math.max(...sizes)).toBeGreaterThan(10);
    expect(seen.size).toBe(5);
  });

  it("stops where there is no room for a verdict", () => {
    const port = guardedPort({}, 8);
    const verdicts = new Uint8Array(2);
    const frames = [1, 2, 3].map((n) => udpFrame("out", n));
    expect(port.processBatch("out", frames, verdicts)).toBe(2);
    expect([...verdicts]).toEqual([Verdict.Modified, Verdict.Modified]);
    expect(port.dumpUft().outNumFlows).toBe(2);
    expect(port.processBatch("out", [], verdicts)).toBe(0);
  });

  it("can be called again after a listener that threw, which it must not", () => {
    const port = guardedPort({}, 8);
    const verdicts = new Uint8Array(1);
    const fail = (): void => {
      throw new Error("a listener's own");
    };
    expect(() => port.processBatch("out", [udpFrame("out", 1)], verdicts, fail)).toThrow("a listener's own");
    expect(port.processBatch("out", [udpFrame("out", 1)], verdicts)).toBe(1);
    port.clearUft();
  });
});

describe("a listener that calls the port in the middle of a packet", () => {
  const operations: readonly [string, (port: Port) => unknown][] = [
    ["addRule", (port) => port.addRule("guard", "out", makeRule(1, { kind: "deny" }))],
    ["removeRule", (port) => port.removeRule("guard", "out", 0)],
    ["setRules", (port) => port.setRules("guard", { in: [], out: [] })],
    ["setRulesSoft", (port) => port.setRulesSoft("guard", { in: [], out: [] })],
    ["clearUft", (port) => port.clearUft()],
    ["clearLft", (port) => port.clearLft("guard")],
    ["expireFlows", (port) => port.expireFlows()],
    ["reset", (port) => port.reset()],
    ["dryRun", (port) => port.dryRun("out", udpFrame("out", 2))],
  ];
  const ways: readonly [string, (port: Port, frame: Frame) => unknown][] = [
    ["process", (port, frame) => port.process("out", frame)],
    ["processBatch", (port, frame) => port.processBatch("out", [frame], new Uint8Array(1))],
    ["observe", (port, frame) => port.observe("out", frame, {})],
  ];

  it.each(operations)("is told so by %s, which changes nothing, on a hit as on a miss", (_name, operation) => {
    for (const [, run] of ways) {
      const errors: unknown[] = [];
      const reenter = (): void => {
        try {
          operation(port);
        } catch (error) {
          errors.push(error);
        }
      };
      const port: Port = guardedPort({ probes: { uftHit: reenter, ruleNoMatch: reenter } }, 8);
      const twin = guardedPort({}, 8);
      for (let i = 0; i < 2; i++) {
        expect(run(port, udpFrame("out", 1))).toBe(run(twin, udpFrame("out", 1)));
      }
      expect(errors).toHaveLength(2);
      for (const error of errors) expect(error).toBeInstanceOf(LockReentryError);
      expect(String(errors[0])).toContain("taken at a packet under way");
      expect([port.epoch, port.dumpUft(), port.stats()]).toEqual([1, twin.dumpUft(), twin.stats()]);
      port.clearUft();
    }
  });

  it.each(ways)("gets nothing but an error from %s, and the packet under way goes on", (_name, again) => {
    const outcomes: unknown[] = [];
    const port: Port = guardedPort(
      { probes: { ruleNoMatch: () => outcomes.push(again(port, udpFrame("out", 2))) } },
      8,
    );
    expect(port.process("out", udpFrame("out", 1))).toBe(Verdict.Modified);
    expect(outcomes).toEqual([again === ways[1]?.[1] ? 0 : Verdict.Error]);
    expect(port.dumpUft().outNumFlows).toBe(1);
    expect(port.stats()).toMatchObject({ out_modified: 1, out_uft_miss: 1 });
  });
});
