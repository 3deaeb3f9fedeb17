// A run of random operations, and what is told of one that fails: the operations that are left when all that do not matter are gone.

import { Lockstep, type Scenery } from "./lockstep.js";
import { RandomOperations, type Operation } from "./operations.js";
import type { HiddenSizes } from "./snapshot.js";

/** The states of both ports are compared after every so many operations; outcomes after each. */
const COMPARE_EVERY = 25;
/** Operations that may be spent on cutting a failing run down. */
const CUTTING_BUDGET = 1_500_000;
const SHOWN = 40;

export interface Run {
  readonly steps: Lockstep;
  /** What went wrong and how to get there; absent when nothing did. */
  readonly failure: string | undefined;
}

/** Does `count` random operations to both ports. */
export function run(seed: number, scenery: Scenery, count: number, hiddenSizes: () => HiddenSizes): Run {
  const steps = new Lockstep(scenery, hiddenSizes);
  const random = new RandomOperations(seed);
  const done: Operation[] = [];
  for (let i = 1; i <= count; i++) {
    const operation = random.next(steps.model);
    done.push(operation);
    const difference = steps.step(operation) ?? (i % COMPARE_EVERY === 0 ? steps.compare() : undefined);
    if (difference !== undefined) return { steps, failure: explain(seed, scenery, done, hiddenSizes) };
    if (operation.kind === "packet" && operation.packet.dir === "out" && steps.leaving !== undefined) {
      random.forwarded(operation.packet, steps.leaving);
    }
  }
  return { steps, failure: undefined };
}

/** Replays operations, comparing the states after each; returns the difference and how many operations led to it. */
function replay(
  scenery: Scenery,
  operations: readonly Operation[],
  hiddenSizes: () => HiddenSizes,
): { readonly length: number; readonly difference: string } | undefined {
  const steps = new Lockstep(scenery, hiddenSizes);
  for (const [i, operation] of operations.entries()) {
    const difference = steps.step(operation) ?? steps.compare();
    if (difference !== undefined) return { length: i + 1, difference };
  }
  return undefined;
}

function explain(seed: number, scenery: Scenery, done: readonly Operation[], hiddenSizes: () => HiddenSizes): string {
  let found = replay(scenery, done, hiddenSizes);
  if (found === undefined) return `seed ${seed}: a replay of the ${done.length} operations shows no difference`;
  const place = found.length;
  let left = done.slice(0, place);
  let budget = CUTTING_BUDGET;
  for (
    let piece = Math.ceil(left.length / 2);
    piece >= 1 && budget > 0;
    piece = piece === 1 ? 0 : Math.ceil(piece / 2)
  ) {
    for (let at = 0; at < left.length && budget > 0;) {
      const shorter = [...left.slice(0, at), ...left.slice(at + piece)];
      budget -= shorter.length;
      const still = replay(scenery, shorter, hiddenSizes);
      if (still === undefined) at += piece;
      else {
        found = still;
        left = shorter.slice(0, still.length);
      }
    }
  }
  const shown = left.slice(-SHOWN).map((operation) => `  ${describe(operation)}`);
  return [
    `seed ${seed}, operation ${place}; ${left.length} operations are enough:`,
    JSON.stringify(scenery),
    ...shown,
    found.difference,
  ].join("\n");
}

function describe(operation: Operation): string {
  if (operation.kind !== "packet") return JSON.stringify(operation);
  const { dir, flow, tcp, hasBody } = operation.packet;
  const dry = operation.isTriedDry ? ", dry first" : "";
  const segment = tcp === undefined ? "" : ` [${tcp.flags}] seq ${tcp.seq} ack ${tcp.ack}`;
  return `packet ${dir} ${flow.text}${segment}${hasBody ? " with a body" : ""}${dry}`;
}
