import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import { randomMetadata, randomPacket, randomRule } from "../../test/random-rules.js";
import { ActionMetadata } from "../action/metadata.js";
import { matches, matchesData } from "../predicate/evaluate.js";
import { firstFailure } from "./first-failure.js";
import { makeRule, ruleMatches } from "./rule.js";

const metadata = new ActionMetadata();
const toWeb = { kind: "dstPort", values: [80] } as const;
const fromWeb = { kind: "srcPort", values: [80] } as const;
const isOffer = { kind: "dhcpMessageType", values: [2] } as const;

describe("firstFailure", () => {
  it("names the first predicate that does not hold", () => {
    const rule = makeRule(1, { kind: "deny" }, { predicates: [toWeb, fromWeb, { kind: "etherType", values: [] }] });
    expect(firstFailure(rule, makePacket({ ports: [1025, 80] }), metadata)).toEqual({
      kind: "header",
      predicate: fromWeb,
    });
  });

  it("asks about the body when all headers fit", () => {
    const rule = makeRule(1, { kind: "deny" }, { predicates: [toWeb], dataPredicates: [isOffer] });
    expect(firstFailure(rule, makePacket({ ports: [1025, 80] }), metadata)).toEqual({
      kind: "data",
      predicate: isOffer,
    });
    expect(firstFailure(rule, makePacket({ ports: [1025, 81] }), metadata)).toEqual({
      kind: "header",
      predicate: toWeb,
    });
  });

  it("finds nothing wrong where the rule matches, and only there; what comes before the failure holds", () => {
    fc.assert(
      fc.property(randomRule, randomPacket, randomMetadata, (rule, packet, meta) => {
        const failed = firstFailure(rule, packet, meta);
        expect(failed === undefined).toBe(ruleMatches(rule, packet, meta));
        if (failed === undefined) return;
        const asked = [
          ...rule.predicates.map((each) => [each, matches(each, packet, meta)] as const),
          ...rule.dataPredicates.map((each) => [each, matchesData(each, packet)] as const),
        ];
        expect(asked.find(([, holds]) => !holds)?.[0]).toBe(failed.predicate);
      }),
      { numRuns: 2_000 },
    );
  });
});
