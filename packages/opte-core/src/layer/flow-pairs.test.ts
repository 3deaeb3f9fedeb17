import { describe, expect, it } from "vitest";
import { UndoLog } from "../flow/undo-log.js";
import { FlowPairs, NONE } from "./flow-pairs.js";

const owner = { dependantsGone: (): void => undefined, tcpDependantsChanged: (): void => undefined };

function parentsOf(pairs: FlowPairs, head: number): number[] {
  const parents: number[] = [];
  pairs.forEach(head, (pair) => parents.push(pair));
  return parents;
}

describe("a dependant's list of parents", () => {
  it("is the same again after its giving up was undone, however many parents it has", () => {
    const undo = new UndoLog();
    const pairs = new FlowPairs(undo);
    const parents = [0, 1, 2].map(() => pairs.allocate(owner, undefined, 0));
    for (const [i, pair] of parents.entries()) pairs.setSlot(pair, "out", i);
    const head = parents.reduce((list, pair) => pairs.link(list, pair), NONE);
    undo.begin();
    pairs.unlinkAll(head);
    expect(parents.map((pair) => pairs.hasDependants(pair))).toEqual([false, false, false]);
    undo.rollBack();
    expect(parentsOf(pairs, head)).toEqual(parents.toReversed());
    pairs.unlinkAll(head);
    expect(parents.map((pair) => pairs.hasDependants(pair))).toEqual([false, false, false]);
  });

  it("takes the links that others gave up", () => {
    const pairs = new FlowPairs();
    const [a, b] = [pairs.allocate(owner, undefined, 0), pairs.allocate(owner, undefined, 0)];
    const first = pairs.link(pairs.link(NONE, a), b);
    pairs.unlinkAll(first);
    const second = pairs.link(pairs.link(NONE, b), a);
    expect(parentsOf(pairs, second)).toEqual([a, b]);
    expect(new Set([0, 1])).toContain(second);
  });
});
