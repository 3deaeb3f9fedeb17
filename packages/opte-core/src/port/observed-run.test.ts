import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edge, type EdgeLimits, makeEdge, stateOf } from "../../test/edge-network.js";
import { edgeLimits, edgeSteps, frameOf, type Shot } from "../../test/edge-traffic.js";
import { watchAll } from "../../test/watch-all.js";
import type { Frame } from "../packet/frame.js";
import { Verdict, VERDICT_NAMES } from "../verdict.js";
import type { DryRunResult } from "./dry-run.js";

const RUNS = 210;
const STEPS = 80;
const LEAST_PACKETS = 20_000;

/** Verdict and path of packets that must have been among the random ones. */
const WAYS = ["modified 1", "modified 2", "modified 3", "hairpin 3", "drop 1", "drop 3", "parse_error 3", "error 3"];

/** What the last run came to, in the form of a dry run's result. */
function resultOf({ port: { result } }: Edge, frame: Frame): DryRunResult {
  const { verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error } = result;
  const isParsed = verdict !== Verdict.ParseError;
  return {
    ...{ verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error },
    parseError: isParsed ? undefined : result.parseError.toValue(),
    flow: isParsed ? result.flow.toFlowId() : undefined,
    flowAfter: isParsed ? result.flowAfter.toFlowId() : undefined,
    frame: frame.toBytes(),
    hairpin: verdict === Verdict.Hairpin ? result.hairpin.toBytes() : undefined,
  };
}

/** Two ports that are made and treated alike; somebody watches the second, and asks it what packets would come to. */
class Twins {
  readonly plain: Edge;
  readonly watched: Edge;
  /** What can be seen of either. */
  #state: string;

  constructor(limits: EdgeLimits) {
    this.plain = makeEdge(limits);
    this.watched = makeEdge(limits);
    this.#state = stateOf(this.plain);
  }

  change(run: (edge: Edge) => void): void {
    for (const each of [this.plain, this.watched]) run(each);
    this.#state = stateOf(this.plain);
    expect(stateOf(this.watched)).toBe(this.#state);
  }

  /** A dry run of which nothing must remain. */
  ask(shot: Shot, told: string[]): DryRunResult {
    const frame = frameOf(shot);
    const result = this.watched.port.dryRun(shot.dir, frame, watchAll(told));
    expect(frame.toBytes()).toEqual(shot.bytes);
    expect(stateOf(this.watched)).toBe(this.#state);
    return result;
  }

  /** A dry run, then the real ones: plain through one port, observed through the other. */
  send(shot: Shot): DryRunResult {
    const told: string[] = [];
    const toldOfReal: string[] = [];
    const dry = this.ask(shot, told);
    const [frame, watchedFrame] = [frameOf(shot), frameOf(shot)];
    this.plain.port.process(shot.dir, frame);
    this.watched.port.observe(shot.dir, watchedFrame, watchAll(toldOfReal));
    const result = resultOf(this.plain, frame);
    expect(resultOf(this.watched, watchedFrame)).toEqual(result);
    expect(dry).toEqual(result);
    expect(told).toEqual(toldOfReal);
    this.#state = stateOf(this.plain);
    expect(stateOf(this.watched)).toBe(this.#state);
    return result;
  }
}

describe("over random configurations and packets", () => {
  it("an observed run comes to the same as a plain one, and so does a dry run, which leaves no trace", () => {
    const ways = new Set<string>();
    let packets = 0;
    fc.assert(
      fc.property(edgeLimits, edgeSteps(STEPS), (limits, steps) => {
        const twins = new Twins(limits);
        for (const step of steps) {
          if (step.kind === "change") {
            twins.change(step.run);
            continue;
          }
          const { shot, times } = step;
          // A packet that nobody sends afterwards shows traces that a real run would cover.
          if (times === 0) twins.ask(shot, []);
          for (let i = 0; i < times; i++) {
            const { verdict, path } = twins.send(shot);
            ways.add(`${VERDICT_NAMES[verdict] ?? ""} ${path}`);
          }
          packets += Math.max(1, times);
        }
        expect(twins.watched.heard).toEqual(twins.plain.heard);
      }),
      // Scenarios are too long to be made shorter in a sensible time.
      { numRuns: RUNS, endOnFailure: true },
    );
    expect([...ways]).toEqual(expect.arrayContaining(WAYS));
    expect(packets).toBeGreaterThan(LEAST_PACKETS);
  }, 120_000);
});
