import { Ipv4Addr, Ipv4Cidr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import type { Action } from "../action/action.js";
import type { Predicate } from "../predicate/predicate.js";
import { comesBefore } from "./rule-entry.js";
import { RuleSet } from "./rule-set.js";
import { makeRule, type Rule } from "./rule.js";

const NO_METADATA: ReadonlyMap<string, string> = new Map();
const ALLOW: Action = { kind: "allow" };
const DENY: Action = { kind: "deny" };

const packet = makePacket({ src: Ipv4Addr.parse("10.0.0.5"), ports: [1025, 80] });

function allow(priority: number, ...predicates: Predicate[]): Rule {
  return makeRule(priority, ALLOW, { predicates });
}

function deny(priority: number, ...predicates: Predicate[]): Rule {
  return makeRule(priority, DENY, { predicates });
}

function port(number: number): Predicate {
  return { kind: "dstPort", values: [number] };
}

function idsOf(rules: RuleSet): number[] {
  return rules.entries.map((entry) => entry.id);
}

describe("a rule set", () => {
  it("tries rules by priority, lower first", () => {
    const rules = new RuleSet("deny");
    for (const priority of [10, 5, 65535, 0, 7]) rules.add(allow(priority));
    expect(rules.entries.map((entry) => entry.rule.priority)).toEqual([0, 5, 7, 10, 65535]);
  });

  it("tries, at one priority, every deny before every other action, and the newest of each first", () => {
    const rules = new RuleSet("deny");
    const [allow0, deny1, allow2, deny3] = [allow(5), deny(5), allow(5), deny(5)].map((rule) => rules.add(rule));
    rules.add(allow(4));
    rules.add(deny(6));
    expect(idsOf(rules).slice(1, -1)).toEqual([deny3, deny1, allow2, allow0]);
  });

  it("keeps its order through any additions and removals", () => {
    const change = fc.oneof(
      fc.record({ priority: fc.nat(3), isDeny: fc.boolean() }),
      fc.record({ remove: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const rules = new RuleSet("deny");
        for (const each of changes) {
          if ("remove" in each) rules.remove(each.remove);
          else rules.add(each.isDeny ? deny(each.priority) : allow(each.priority));
        }
        const { entries } = rules;
        for (const [i, entry] of entries.entries()) {
          for (const later of entries.slice(i + 1)) expect(comesBefore(entry, later)).toBe(true);
        }
      }),
    );
  });

  it("counts ids from 0 and never uses one again", () => {
    const rules = new RuleSet("deny");
    expect([rules.add(allow(0)), rules.add(allow(0))]).toEqual([0, 1]);
    expect(rules.remove(1)).toBe(true);
    expect(rules.add(allow(0))).toBe(2);
    rules.replace([allow(0), allow(0)]);
    expect(idsOf(rules)).toEqual([4, 3]);
  });

  it("says so when there is no rule to remove", () => {
    const rules = new RuleSet("deny");
    rules.add(allow(0));
    expect(rules.remove(1)).toBe(false);
    expect(rules.remove(0)).toBe(true);
    expect(rules.remove(0)).toBe(false);
    expect(rules.size).toBe(0);
  });

  it("replaces its rules by a list, of whose equals the last is tried first", () => {
    const rules = new RuleSet("deny");
    rules.add(allow(0));
    rules.replace([allow(1, port(80)), allow(1, port(443)), deny(1, port(22))]);
    expect(rules.entries.map((entry) => entry.rule.predicates)).toEqual([[port(22)], [port(443)], [port(80)]]);
  });
});

describe("the match of a packet", () => {
  it("is the first rule in order, which counts a hit (find_rule)", () => {
    const rules = new RuleSet("deny");
    rules.add(allow(9));
    const id = rules.add(allow(1, { kind: "ipv4Src", values: [Ipv4Cidr.parse("10.0.0.0/24")] }));
    rules.add(deny(0, port(22)));
    expect(rules.match(packet, NO_METADATA)?.id).toBe(id);
    expect(rules.match(packet, NO_METADATA)?.id).toBe(id);
    expect(rules.entries.map((entry) => entry.hits)).toEqual([0, 2, 0]);
    expect(rules.defaultHits).toBe(0);
  });

  it("is none where no rule matches, which counts a hit of the default", () => {
    const rules = new RuleSet("statefulAllow");
    rules.add(deny(0, port(22)));
    expect(rules.match(packet, NO_METADATA)).toBeUndefined();
    expect(rules.defaultHits).toBe(1);
    expect(rules.defaultAction).toBe("statefulAllow");
  });

  it("keeps counting hits of the default when the rules are replaced", () => {
    const rules = new RuleSet("deny");
    rules.match(packet, NO_METADATA);
    rules.replace([]);
    rules.match(packet, NO_METADATA);
    expect(rules.defaultHits).toBe(2);
  });

  it("leaves no trace when it is only looked for", () => {
    const rules = new RuleSet("deny");
    const id = rules.add(allow(0, port(80)));
    expect(rules.find(packet, NO_METADATA)?.id).toBe(id);
    expect(rules.find(makePacket({ ports: [1, 2] }), NO_METADATA)).toBeUndefined();
    expect(rules.entries[0]?.hits).toBe(0);
    expect(rules.defaultHits).toBe(0);
  });
});

describe("the search for an equal rule", () => {
  it("gives the first in order, whatever its priority and action", () => {
    const rules = new RuleSet("deny");
    rules.add(allow(5, port(80)));
    const first = rules.add(deny(5, port(80)));
    rules.add(allow(0, port(443)));
    expect(rules.findEqual(allow(7, port(80)))).toBe(first);
  });

  it("gives nothing where there is none", () => {
    const rules = new RuleSet("deny");
    rules.add(allow(5, port(80)));
    expect(rules.findEqual(allow(5))).toBeUndefined();
  });
});
