import { IpProtocol, Ipv4Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { makeArpPacket, makePacket } from "../../test/packets.js";
import { type Action, DONE, type MetaGenerator } from "../action/action.js";
import type { DataPredicate } from "../predicate/data-predicate.js";
import type { Predicate } from "../predicate/predicate.js";
import {
  makeExplicitRule,
  makeRule,
  ruleMatches,
  rulesEqual,
  ruleText,
  type Rule,
  type RuleConditions,
} from "./rule.js";

const ALLOW: Action = { kind: "allow" };
const DENY: Action = { kind: "deny" };
const NO_METADATA: ReadonlyMap<string, string> = new Map();

const A = { kind: "dstPort", values: [80] } as const satisfies Predicate;
const B = { kind: "ipProtocol", values: [IpProtocol.Tcp] } as const satisfies Predicate;
const C = { kind: "ipv4Src", values: [Ipv4Addr.parse("10.0.0.5")] } as const satisfies Predicate;
const D = { kind: "dhcpv6MessageType", values: [1] } as const satisfies DataPredicate;

const implying: MetaGenerator = {
  text: "implying",
  implicitPredicates: [B],
  implicitDataPredicates: [D],
  modify: () => DONE,
};

function rule(...predicates: Predicate[]): Rule {
  return makeRule(0, ALLOW, { predicates });
}

describe("a rule", () => {
  it("starts from its action's implicit predicates", () => {
    const made = makeRule(7, { kind: "meta", generator: implying }, { predicates: [A], dataPredicates: [D] });
    expect(made.predicates).toEqual([B, A]);
    expect(made.dataPredicates).toEqual([D, D]);
  });

  it("can leave the implicit predicates out", () => {
    const made = makeExplicitRule(7, { kind: "meta", generator: implying }, { predicates: [A] });
    expect(made.predicates).toEqual([A]);
    expect(made.dataPredicates).toEqual([]);
  });

  it("does not change with the list that it was made from", () => {
    const predicates: Predicate[] = [A];
    const made = makeRule(7, ALLOW, { predicates });
    predicates.push(B);
    expect(made.predicates).toEqual([A]);
  });

  it("matches every packet when it has no predicate of either kind", () => {
    expect(ruleMatches(rule(), makeArpPacket(), NO_METADATA)).toBe(true);
    expect(ruleMatches(rule(), makePacket(), NO_METADATA)).toBe(true);
  });

  it("matches where all its predicates hold", () => {
    const packet = makePacket({ src: Ipv4Addr.parse("10.0.0.5"), ports: [1025, 80], body: Uint8Array.of(1) });
    const matches = (conditions: RuleConditions): boolean =>
      ruleMatches(makeRule(0, ALLOW, conditions), packet, NO_METADATA);
    expect(matches({ predicates: [A, B, C], dataPredicates: [D] })).toBe(true);
    expect(matches({ predicates: [A, { kind: "not", predicate: B }, C] })).toBe(false);
    expect(matches({ predicates: [A], dataPredicates: [D, { kind: "not", predicate: D }] })).toBe(false);
  });

  it("stops matching once the header is edited (rule_matching)", () => {
    const packet = makePacket({ src: Ipv4Addr.parse("10.0.0.5") });
    expect(ruleMatches(rule(C), packet, NO_METADATA)).toBe(true);
    packet.frame.bytes.set(Ipv4Addr.parse("10.11.11.99").bytes, packet.ip + 12);
    expect(ruleMatches(rule(C), packet, NO_METADATA)).toBe(false);
  });

  it("prints its parts", () => {
    const made = makeRule(65535, { kind: "meta", generator: implying }, { predicates: [A] });
    expect(ruleText(made)).toEqual({
      priority: 65535,
      predicates: ["inner.ip.proto=TCP", "inner.ulp.dst=80"],
      dataPredicates: ["dhcpv6.msg_type=Solicit"],
      action: "Meta: implying",
    });
  });
});

describe("two rules", () => {
  it("are equal whatever their priorities, actions and order of predicates", () => {
    expect(rulesEqual(makeRule(1, ALLOW, { predicates: [A, B] }), makeRule(2, DENY, { predicates: [B, A] }))).toBe(
      true,
    );
  });

  it("differ where the number of predicates does, or one occurs in one alone", () => {
    expect(rulesEqual(rule(A), rule(A, B))).toBe(false);
    expect(rulesEqual(rule(A, B), rule(A))).toBe(false);
    expect(rulesEqual(rule(A, C), rule(A, B))).toBe(false);
  });

  it("differ where data predicates do", () => {
    const withData = makeRule(0, ALLOW, { predicates: [A], dataPredicates: [D] });
    expect(rulesEqual(withData, withData)).toBe(true);
    expect(rulesEqual(withData, rule(A))).toBe(false);
    const negated = makeRule(0, ALLOW, { predicates: [A], dataPredicates: [{ kind: "not", predicate: D }] });
    expect(rulesEqual(withData, negated)).toBe(false);
  });

  it("are equal by elements, not by how often they occur", () => {
    expect(rulesEqual(rule(A, A, B), rule(A, B, B))).toBe(true);
    expect(rulesEqual(rule(A, A, A), rule(A, B, C))).toBe(true);
    expect(rulesEqual(rule(A, B, C), rule(A, A, A))).toBe(false);
  });

  it("without predicates equal each other alone", () => {
    expect(rulesEqual(rule(), rule())).toBe(true);
    expect(rulesEqual(rule(), rule(A))).toBe(false);
  });
});
