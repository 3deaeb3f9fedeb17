import { describe, expect, it } from "vitest";
import { compareStep, counterChanges } from "./compare.js";
import type { Json } from "./json.js";
import type { ControlOp, PacketOp, PacketResult, StepResult } from "./scenario.js";

const PACKET: PacketOp = { op: "packet", dir: "out", frame: Uint8Array.of(1, 2, 3) };
const FLOW = { flow: { proto: 6, src: "10.0.0.1", dst: "10.0.0.2", sport: 1, dport: 2 }, flow_crc32: 7 };
const MODIFIED: PacketResult = {
  verdict: "modified",
  frame: Uint8Array.of(1, 2, 3),
  ...FLOW,
  stats: { out_modified: 1 },
};
const DROPPED: PacketResult = {
  verdict: "drop",
  reason: { kind: "layer", layer: "firewall", reason: "rule" },
  ...FLOW,
  stats: { out_drop: 1 },
};

const paths = (op: PacketOp | ControlOp, expected: StepResult, actual: StepResult): string[] =>
  compareStep(op, expected, actual).map((difference) => difference.path);

const okPaths = (op: ControlOp, expected: Json, actual: Json): string[] => paths(op, { ok: expected }, { ok: actual });

describe("a packet's result", () => {
  it("passes if it is equal", () => {
    expect(paths(PACKET, MODIFIED, { ...MODIFIED, frame: Uint8Array.of(1, 2, 3) })).toEqual([]);
  });

  it.each([
    ["another verdict, with the reason that was given", { ...DROPPED }, ["verdict", "reason"]],
    ["other bytes", { ...MODIFIED, frame: Uint8Array.of(1, 2, 4) }, ["frame"]],
    ["another length", { ...MODIFIED, frame: Uint8Array.of(1, 2) }, ["frame"]],
    ["another flow", { ...MODIFIED, flow: { ...FLOW.flow, sport: 9 } }, ["flow.sport"]],
    ["another hash", { ...MODIFIED, flow_crc32: 8 }, ["flow_crc32"]],
    ["a counter that moved further", { ...MODIFIED, stats: { out_modified: 2 } }, ["stats.out_modified"]],
    ["a counter that should not move", { ...MODIFIED, stats: { out_modified: 1, in_drop: 1 } }, ["stats.in_drop"]],
    ["a counter that should move", { ...MODIFIED, stats: {} }, ["stats.out_modified"]],
  ] satisfies [string, PacketResult, string[]][])("fails for %s", (_, actual, differing) => {
    expect(paths(PACKET, MODIFIED, actual)).toEqual(differing);
  });

  it("may differ in gauges and inferred counters", () => {
    const stats = { out_modified: 1, out_uft_flows: 1, tcp_flows: -1, in_uft_evictions: 1, tcp_evictions: 4 };
    expect(paths(PACKET, MODIFIED, { ...MODIFIED, stats })).toEqual([]);
  });

  it("must name the layer and the reason of a drop", () => {
    const reason = { kind: "layer", layer: "gateway", reason: "default" } as const;
    expect(paths(PACKET, DROPPED, { ...DROPPED, reason })).toEqual(["reason.reason.layer", "reason.reason.reason"]);
  });

  it("must name the header, or the field and its values, of a parse error; it has no flow", () => {
    const error = { kind: "bad_length", field: "Udp.length", expected: 8, actual: 9 } as const;
    const expected: PacketResult = { verdict: "parse_error", error };
    expect(paths(PACKET, expected, { verdict: "parse_error", error })).toEqual([]);
    expect(paths(PACKET, expected, { verdict: "parse_error", error: { ...error, actual: 10 } })).toEqual([
      "reason.error.actual",
    ]);
  });

  it("must have the kind of a processing error, not its text", () => {
    const expected: PacketResult = { verdict: "error", error: { kind: "Layer", text: "recorded" }, ...FLOW, stats: {} };
    expect(paths(PACKET, expected, { ...expected, error: { kind: "Layer", text: "ours" } })).toEqual([]);
    expect(paths(PACKET, expected, { ...expected, error: { kind: "HandlePkt" } })).toEqual(["reason.error.kind"]);
  });

  it("may be anything where the reference panicked", () => {
    expect(paths(PACKET, { verdict: "panic" }, DROPPED)).toEqual([]);
  });
});

describe("an operation's result", () => {
  const SET: ControlOp = { op: "clear_uft" };

  it("must have the variant and errno of a refusal", () => {
    const expected: StepResult = { err: { variant: "BadState", errno: 22 } };
    expect(paths(SET, expected, { err: { variant: "BadState", errno: 22 } })).toEqual([]);
    expect(paths(SET, expected, { err: { variant: "BadName", errno: 22 } })).toEqual(["err.variant"]);
    expect(paths(SET, expected, { ok: null })).toEqual(["err", "ok"]);
  });

  it("must be invalid where it was, whatever the text", () => {
    expect(paths(SET, { invalid: "recorded" }, { invalid: "ours" })).toEqual([]);
    expect(paths(SET, { invalid: "recorded" }, { ok: null })).toEqual(["invalid", "ok"]);
  });

  it("must have the same answer, members in any order, elements in theirs", () => {
    const LIST: ControlOp = { op: "dump_v2p" };
    expect(okPaths(LIST, { a: [1, 2], b: 3 }, { b: 3, a: [1, 2] })).toEqual([]);
    expect(okPaths(LIST, { a: [1, 2] }, { a: [2, 1] })).toEqual(["ok.a[0]", "ok.a[1]"]);
    expect(okPaths(LIST, { a: [1] }, { a: [1, 2], c: 0 })).toEqual(["ok.a[1]", "ok.c"]);
    expect(okPaths(LIST, { Ok: "10.0.0.0/8" }, "NotFound")).toEqual(["ok"]);
  });

  it("may differ in the gauges of `stats`, `layer_stats` and `list_layers`", () => {
    expect(okPaths({ op: "stats" }, { tcp_flows: 1, in_drop: 1 }, { tcp_flows: 2, in_drop: 1 })).toEqual([]);
    const layer: ControlOp = { op: "layer_stats", layer: "nat" };
    expect(okPaths(layer, { flows: 1, in_deny: 1, evictions: 0 }, { flows: 2, in_deny: 2, evictions: 3 })).toEqual([
      "ok.in_deny",
    ]);
    expect(
      okPaths({ op: "list_layers" }, { layers: [{ flows: 1, rules_in: 1 }] }, { layers: [{ flows: 2, rules_in: 2 }] }),
    ).toEqual(["ok.layers[0].rules_in"]);
  });

  it("may differ in the byte counters of a TCP dump, not in its segments", () => {
    const flow = (bytes: number, segs: number): Json => ({
      flows: [[{}, { bytes_in: bytes, bytes_out: 1, segs_in: segs }]],
    });
    expect(okPaths({ op: "dump_tcp_flows" }, flow(1, 1), flow(2, 1))).toEqual([]);
    expect(okPaths({ op: "dump_tcp_flows" }, flow(1, 1), flow(1, 2))).toEqual(["ok.flows[0][1].segs_in"]);
  });

  it("has display strings compared with their IPv6 addresses in RFC 5952 form", () => {
    const rules = (...predicates: string[]): Json => ({ rules_in: [{ rule: { predicates, action: "Deny" } }] });
    const dump: ControlOp = { op: "dump_layer", layer: "router" };
    expect(okPaths(dump, rules("inner.ip6.dst=1::2:0:0:0:3"), rules("inner.ip6.dst=1:0:0:2::4"))).toEqual([
      "ok.rules_in[0].rule.predicates[0]",
    ]);
    expect(okPaths(dump, rules("inner.ip6.dst=1::2:0:0:0:3/96"), rules("inner.ip6.dst=1:0:0:2::3/96"))).toEqual([]);
    expect(okPaths(dump, { name: "1::2:0:0:0:3" }, { name: "1:0:0:2::3" })).toEqual(["ok.name"]);
  });
});

describe("counterChanges", () => {
  it("are signed, and leave out what did not move", () => {
    expect(counterChanges({ a: 1, b: 2, c: 3 }, { a: 2, b: 2, c: 0, d: 5 })).toEqual({ a: 1, c: -3, d: 5 });
  });
});
