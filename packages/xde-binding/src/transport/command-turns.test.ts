import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { CommandTurns } from "./command-turns.js";

it("eight commands have their turn at a time, in the order in which they came", async () => {
  const turns = new CommandTurns();
  const begun: number[] = [];
  for (let i = 0; i < 20; i++) void turns.next().then(() => begun.push(i));
  const counts: number[] = [begun.length];
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn();
    counts.push(begun.length);
  }
  expect(counts).toEqual([0, 8, 16, 20, 20]);
  expect(begun).toEqual(begun.toSorted((a, b) => a - b));
});
