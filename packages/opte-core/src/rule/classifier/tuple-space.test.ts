import { IpProtocol, Ipv4Addr, Ipv4Cidr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePacket } from "../../../test/packets.js";
import { randomMetadata, randomPacket, randomRule } from "../../../test/random-rules.js";
import type { Action } from "../../action/action.js";
import type { Predicate } from "../../predicate/predicate.js";
import type { RuleEntry } from "../rule-entry.js";
import { makeRule, type Rule } from "../rule.js";
import { OrderedScan } from "./ordered-scan.js";
import { TupleSpace } from "./tuple-space.js";

const NO_METADATA: ReadonlyMap<string, string> = new Map();
const ALLOW: Action = { kind: "allow" };

/** 100,000 packets either way; with OPTE_FUZZ=full as many rule sets too. */
const [RUNS, PACKETS_PER_RUN] = process.env["OPTE_FUZZ"] === "full" ? [100_000, 5] : [2000, 50];
const TIMEOUT_MS = 600_000;

/** A classifier beside its oracle; every change goes to both. */
class Pair {
  readonly fast = new TupleSpace();
  readonly scan = new OrderedScan();
  readonly entries: RuleEntry[] = [];
  #nextId = 0;

  add(rule: Rule): void {
    const entry = { id: this.#nextId++, rule, hits: 0 };
    this.fast.add(entry);
    this.scan.add(entry);
    this.entries.push(entry);
  }

  /** Removes one of the entries, if there is any. */
  remove(pick: number): void {
    for (const entry of this.entries.splice(pick % Math.max(1, this.entries.length), 1)) {
      this.fast.remove(entry);
      this.scan.remove(entry);
    }
  }
}

describe("the tuple space", () => {
  it(
    "finds what the ordered scan finds, in any rule set, for any packet, after any change",
    () => {
      const change = fc.oneof({ weight: 5, arbitrary: randomRule }, { weight: 1, arbitrary: fc.nat(30) });
      const question = fc.tuple(randomPacket, randomMetadata);
      let found = 0;
      fc.assert(
        fc.property(
          fc.array(change, { maxLength: 25 }),
          fc.array(question, { minLength: PACKETS_PER_RUN, maxLength: PACKETS_PER_RUN }),
          fc.array(change, { maxLength: 5 }),
          (changes, questions, later) => {
            const pair = new Pair();
            const apply = (each: Rule | number): void =>
              typeof each === "number" ? pair.remove(each) : pair.add(each);
            changes.forEach(apply);
            for (const [packet, metadata] of questions) {
              const expected = pair.scan.find(packet, metadata);
              expect(pair.fast.find(packet, metadata)).toBe(expected);
              if (expected !== undefined) found += 1;
            }
            later.forEach(apply);
            for (const [packet, metadata] of questions.slice(0, 5)) {
              expect(pair.fast.find(packet, metadata)).toBe(pair.scan.find(packet, metadata));
            }
          },
        ),
        { numRuns: RUNS },
      );
      expect(found).toBeGreaterThan((RUNS * PACKETS_PER_RUN) / 10);
    },
    TIMEOUT_MS,
  );

  it("finds nothing any more when it is cleared or all rules are removed", () => {
    const pair = new Pair();
    pair.add(makeRule(0, ALLOW, { predicates: [{ kind: "dstPort", values: [80, 443] }] }));
    pair.add(makeRule(0, ALLOW));
    expect(pair.fast.find(makePacket(), NO_METADATA)).toBeDefined();
    pair.remove(0);
    pair.remove(0);
    expect(pair.fast.find(makePacket(), NO_METADATA)).toBeUndefined();
    pair.add(makeRule(0, ALLOW));
    pair.fast.clear();
    expect(pair.fast.find(makePacket(), NO_METADATA)).toBeUndefined();
  });
});

/** Rules as a large network has them, the `i`-th of any number; no two are alike. */
const RULE_SETS: Readonly<Record<string, (i: number) => Predicate[]>> = {
  "a route for each subnet": (i) => [{ kind: "ipv4Dst", values: [new Ipv4Cidr(address(i << 8), 24)] }],
  "a port for each host": (i) => [
    { kind: "ipv4Dst", values: [address(i >> 3)] },
    { kind: "ipProtocol", values: [IpProtocol.Tcp] },
    { kind: "dstPort", values: [1000 + (i & 7)] },
  ],
  "a range of ports for each host": (i) => [
    { kind: "ipv4Src", values: [address(i)] },
    { kind: "dstPort", values: [{ first: 1000 + (i & 1023), last: 2500 + (i & 1023) }] },
  ],
  "a range of ports": (i) => [
    { kind: "srcPort", values: [{ first: (i * 7919) & 0xffff, last: ((i * 7919) & 0xffff) + (i % 100) }] },
  ],
  "a host that may not use one port": (i) => [
    { kind: "not", predicate: { kind: "dstPort", values: [i & 0xffff] } },
    { kind: "ipv4Src", values: [address(i)] },
  ],
  "a metadata value": (i) => [{ kind: "meta", key: "vni", value: String(i) }],
  "a union over two fields": (i) => [
    {
      kind: "any",
      predicates: [
        { kind: "ipv4Dst", values: [address(i)] },
        { kind: "srcPort", values: [i & 0xffff] },
      ],
    },
  ],
};

function address(i: number): Ipv4Addr {
  return Ipv4Addr.fromNumber(0x0a00_0000 + i);
}

function entriesOf(
  count: number,
  predicates: (i: number) => Predicate[],
  priority: (i: number) => number,
): RuleEntry[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    rule: makeRule(priority(i), ALLOW, { predicates: predicates(i) }),
    hits: 0,
  }));
}

describe.each(Object.entries(RULE_SETS))("a tuple space of %s", (_name, predicates) => {
  const priorities: readonly ((i: number) => number)[] = [() => 100, (i) => i & 0xffff];

  it.each(priorities)("touches as many nodes for a rule among 10,000 as among 100 (priorities %#)", (priority) => {
    const costs = (count: number): [number, number] => {
      const space = new TupleSpace();
      for (const entry of entriesOf(count, predicates, priority)) space.add(entry);
      const entry: RuleEntry = {
        id: 50_000,
        rule: makeRule(priority(7), ALLOW, { predicates: predicates(50_000) }),
        hits: 0,
      };
      const start = space.touched;
      space.add(entry);
      const added = space.touched;
      space.remove(entry);
      return [added - start, space.touched - added];
    };
    expect(costs(100)[0]).toBeGreaterThan(0);
    expect(costs(10_000)).toEqual(costs(100));
  });

  it("asks few of its 10,000 rules about a packet", () => {
    const space = new TupleSpace();
    let asked = 0;
    for (const entry of entriesOf(10_000, predicates, () => 100)) {
      const { rule } = entry;
      const counted: Rule = {
        ...rule,
        get predicates() {
          asked += 1;
          return rule.predicates;
        },
      };
      space.add({ ...entry, rule: counted });
    }
    for (let i = 0; i < 200; i++) {
      asked = 0;
      const spec = { src: address(i * 37), dst: address(i * 41), ports: [i * 53, 1000 + i * 7] } as const;
      space.find(makePacket(spec), new Map([["vni", String(i)]]));
      expect(asked).toBeLessThanOrEqual(40);
    }
  });
});
