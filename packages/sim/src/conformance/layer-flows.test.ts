import { describe, expect, it } from "vitest";
import { compareStep } from "./compare.js";
import type { Json } from "./json.js";

const REMOTE = "8.8.8.8";

/** A flow-table entry of a dump. */
const tcp = (src: string, sport: number, dst: string, dport: number, summary: string, hits = 0): Json => [
  { proto: 6, src, dst, sport, dport },
  { hits, summary },
];
const echo = (src: string, dst: string, type: number, id: number, summary: string): Json => [
  { proto: 1, src, dst, type, code: 0, id },
  { hits: 0, summary },
];

const OUT = tcp("10.0.0.5", 1000, REMOTE, 80, "no-op");
const IN = tcp(REMOTE, 80, "10.0.0.5", 1000, "no-op");
const OTHER_IN = tcp(REMOTE, 81, "10.0.0.5", 1000, "no-op");

function differences(recorded: { ft_in: Json[]; ft_out: Json[] }, actual: { ft_in: Json[]; ft_out: Json[] }): number {
  return compareStep({ op: "dump_layer", layer: "nat" }, { ok: recorded }, { ok: actual }).length;
}

describe("an entry of a layer dump whose partner is gone (spec 02 W2)", () => {
  it("may be missing from ours", () => {
    expect(differences({ ft_in: [IN, OTHER_IN], ft_out: [OUT] }, { ft_in: [IN], ft_out: [OUT] })).toBe(0);
    expect(differences({ ft_in: [], ft_out: [OUT] }, { ft_in: [], ft_out: [] })).toBe(0);
  });

  it("may be listed by ours as well", () => {
    const both = { ft_in: [IN, OTHER_IN], ft_out: [OUT] };
    expect(differences(both, both)).toBe(0);
  });

  it("must agree with the recorded one if it is listed", () => {
    const hit = tcp(REMOTE, 81, "10.0.0.5", 1000, "no-op", 1);
    expect(differences({ ft_in: [IN, OTHER_IN], ft_out: [OUT] }, { ft_in: [IN, hit], ft_out: [OUT] })).toBe(1);
  });

  it("must not appear only in ours", () => {
    expect(differences({ ft_in: [IN], ft_out: [OUT] }, { ft_in: [IN, OTHER_IN], ft_out: [OUT] })).toBe(1);
  });
});

describe("an entry that has its partner", () => {
  it.each([
    ["with no translation", OUT, IN],
    ["with 1:1 NAT", tcp("10.0.0.5", 1000, REMOTE, 80, "NAT"), tcp(REMOTE, 80, "1.1.1.1", 1000, "NAT")],
    ["with SNAT", tcp("10.0.0.5", 1000, REMOTE, 80, "SNAT"), tcp(REMOTE, 80, "1.1.1.1", 4096, "SNAT")],
    ["of an echo", echo("10.0.0.5", REMOTE, 8, 7, "no-op"), echo(REMOTE, "10.0.0.5", 0, 7, "no-op")],
    [
      "of an echo with SNAT",
      echo("10.0.0.5", REMOTE, 8, 7, "SNAT_ICMP_ECHO"),
      echo(REMOTE, "1.1.1.1", 0, 4096, "SNAT_ICMP_ECHO"),
    ],
  ])("must be listed: %s", (_, out, into) => {
    expect(differences({ ft_in: [into], ft_out: [out] }, { ft_in: [], ft_out: [out] })).toBe(1);
    expect(differences({ ft_in: [into], ft_out: [out] }, { ft_in: [into], ft_out: [] })).toBe(1);
  });

  it("is one of as many as have partners, where SNAT makes them look alike", () => {
    const out = tcp("10.0.0.5", 1000, REMOTE, 80, "SNAT");
    const first = tcp(REMOTE, 80, "1.1.1.1", 4095, "SNAT");
    const second = tcp(REMOTE, 80, "1.1.1.1", 4096, "SNAT");
    const recorded = { ft_in: [first, second], ft_out: [out] };
    expect(differences(recorded, { ft_in: [second], ft_out: [out] })).toBe(0);
    expect(differences(recorded, { ft_in: [], ft_out: [out] })).toBeGreaterThan(0);
  });
});
