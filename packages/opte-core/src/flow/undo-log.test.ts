import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpiryWheel } from "./expiry-wheel.js";
import { FlowKey } from "./flow-id.js";
import { FlowTable, TABLE_WORDS } from "./flow-table.js";
import { UndoLog } from "./undo-log.js";

/** Flows of both families; for an even number it is a word that only IPv6 has which tells them apart. */
function key(n: number): FlowKey {
  const flow = new FlowKey();
  if (n % 2 === 0) flow.words.set([1, 0, n, 0, 2, 0, 0, n, 0, 17 | (6 << 8)]);
  else flow.words[8] = n;
  return flow;
}

function words(table: FlowTable, slot: number): number[] {
  return [table.word(slot, TABLE_WORDS), table.word(slot, TABLE_WORDS + 1), table.aside(slot, 0)];
}

describe("an undo log", () => {
  it("takes changes back in reverse order, and once", () => {
    const undo = new UndoLog();
    let text = "";
    const append = (letter: string): void => {
      const before = text;
      if (undo.isOn) undo.note(() => (text = before));
      text += letter;
    };
    append("a");
    undo.begin();
    append("b");
    append("c");
    undo.rollBack();
    expect(text).toBe("a");
    append("d");
    undo.rollBack();
    expect(text).toBe("ad");
  });

  it("is off while it takes back, so that steps may use what notes changes", () => {
    const undo = new UndoLog();
    let isOn = true;
    undo.begin();
    undo.note(() => (isOn = undo.isOn));
    undo.rollBack();
    expect(isOn).toBe(false);
  });
});

/** Something done to a table or a wheel; a slot or key is in 0..9. */
const operations = fc.array(
  fc.record({ kind: fc.constantFrom("add", "remove", "hit"), n: fc.nat(9), ms: fc.nat(5_000) }),
  { maxLength: 30 },
);

describe("a flow table after an undone run", () => {
  it("holds the same records in the same slots, and gives out the same slots next", () => {
    fc.assert(
      fc.property(operations, operations, operations, (first, dry, then) => {
        const undo = new UndoLog();
        const [table, twin] = [new FlowTable(8, 2, undo, 1), new FlowTable(8, 2, undefined, 1)];
        const operate = (each: FlowTable, { kind, n, ms }: (typeof first)[number]): void => {
          const slot = each.find(key(n));
          if (kind === "add" && slot < 0 && !each.isFull) {
            const slot = each.insert(key(n).words, ms);
            each.setWord(slot, TABLE_WORDS, ms);
            each.setAside(slot, 0, ms);
          }
          if (kind === "remove" && slot >= 0) each.remove(slot);
          if (kind === "hit" && slot >= 0) {
            each.remember(slot);
            each.touch(slot, ms);
            each.setWord(slot, TABLE_WORDS + 1, ms);
            each.setAside(slot, 0, -ms);
          }
        };
        const contents = (each: FlowTable): unknown =>
          Array.from({ length: 10 }, (_, n) => {
            const slot = each.find(key(n));
            return slot < 0 ? [] : [slot, each.hits(slot), each.lastHit(slot), ...words(each, slot)];
          });
        for (const step of first) for (const each of [table, twin]) operate(each, step);
        undo.begin();
        for (const step of dry) operate(table, step);
        undo.rollBack();
        expect([table.size, contents(table)]).toEqual([twin.size, contents(twin)]);
        for (const step of then) for (const each of [table, twin]) operate(each, step);
        expect([table.size, contents(table)]).toEqual([twin.size, contents(twin)]);
      }),
    );
  });
});

describe("an expiry wheel after an undone run", () => {
  it("gives out the same slots at the same times", () => {
    fc.assert(
      fc.property(operations, operations, (first, dry) => {
        const undo = new UndoLog();
        const [wheel, twin] = [new ExpiryWheel(8, undo), new ExpiryWheel()];
        const dueMs = new Map<number, number>();
        for (const { kind, n, ms } of first) {
          for (const each of [wheel, twin]) {
            if (kind === "remove") each.cancel(n);
            else each.schedule(n, ms);
          }
          dueMs.set(n, ms);
        }
        undo.begin();
        for (const { kind, n, ms } of dry) {
          if (kind === "remove") wheel.cancel(n);
          else wheel.schedule(n, ms);
        }
        undo.rollBack();
        const due = (each: ExpiryWheel, nowMs: number): number[] => {
          const slots: number[] = [];
          each.takeDue(nowMs, (slot) => dueMs.get(slot) ?? 0, slots);
          return slots.sort((a, b) => a - b);
        };
        for (let nowMs = 0; nowMs <= 6_000; nowMs += 500) expect(due(wheel, nowMs)).toEqual(due(twin, nowMs));
      }),
    );
  });
});
