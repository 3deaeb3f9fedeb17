// Whether a result agrees with the recorded one: exactly what vectors/FORMAT.md, "How results are compared", asks for.

import { compareJson, type Difference, type JsonComparison } from "./compare-json.js";
import { hexText } from "./hex.js";
import { type Json, type JsonObject } from "./json.js";
import { dropOptionalOrphans } from "./layer-flows.js";
import type {
  ControlOp,
  Counters,
  OperationResult,
  PacketOutcome,
  PacketResult,
  ScenarioOp,
  StepResult,
} from "./scenario.js";

export type { Difference } from "./compare-json.js";

/** Compares the result of one operation; no differences means that it passes. */
export function compareStep(op: ScenarioOp, expected: StepResult, actual: StepResult): Difference[] {
  if ("verdict" in expected) {
    return "verdict" in actual ? comparePacket(expected, actual) : [{ path: "verdict", expected: expected.verdict }];
  }
  if ("verdict" in actual || op.op === "packet") return [{ path: "verdict", expected: "" }];
  return compareOperation(op, expected, actual);
}

/** The changes between two readings of a port's counters, without those that did not move. */
export function counterChanges(before: Counters, after: Counters): Counters {
  const changes: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const change = value - (before[name] ?? 0);
    if (change !== 0) changes[name] = change;
  }
  return changes;
}

function comparePacket(expected: PacketResult, actual: PacketResult): Difference[] {
  if (expected.verdict === "panic") return [];
  if (expected.verdict !== actual.verdict) {
    // The rest would only repeat that these are two different stories, save for the reason of the one we got.
    return [
      { path: "verdict", expected: expected.verdict, actual: actual.verdict },
      ...compareJson(verdictReason(expected), verdictReason(actual), "", EXACTLY),
    ];
  }
  const differences = compareJson(outcomeJson(expected), outcomeJson(actual), "", EXACTLY);
  if (expected.stats !== undefined) differences.push(...compareCounters(expected.stats, actual.stats ?? {}));
  return differences;
}

/** Counters that a packet changed; one that is missing did not move. */
function compareCounters(expected: Counters, actual: Counters): Difference[] {
  const differences: Difference[] = [];
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const want = expected[name] ?? 0;
    const got = actual[name] ?? 0;
    if (want !== got && !isGauge(name)) differences.push({ path: `stats.${name}`, expected: want, actual: got });
  }
  return differences;
}

function compareOperation(op: ControlOp, expected: OperationResult, actual: OperationResult): Difference[] {
  if ("ok" in expected && "ok" in actual) {
    const recorded = op.op === "dump_layer" ? dropOptionalOrphans(expected.ok, actual.ok) : expected.ok;
    return compareJson(recorded, actual.ok, "ok", comparisonOf(op.op));
  }
  if ("invalid" in expected && "invalid" in actual) return [];
  return compareJson(resultJson(expected), resultJson(actual), "", EXACTLY);
}

const EXACTLY: JsonComparison = { ignores: () => false };

function comparisonOf(op: ControlOp["op"]): JsonComparison {
  switch (op) {
    case "stats":
      return { ignores: isGauge };
    case "layer_stats":
      return { ignores: (key) => key === "flows" || key === "evictions" };
    case "list_layers":
      return { ignores: (key) => key === "flows" };
    case "dump_tcp_flows":
      return { ignores: (key) => key === "bytes_in" || key === "bytes_out" };
    default:
      return EXACTLY;
  }
}

/** Gauges and inferred counters of a port, which are not compared. */
function isGauge(name: string): boolean {
  return name.endsWith("_uft_flows") || name === "tcp_flows" || name.endsWith("_evictions");
}

function verdictReason(outcome: PacketOutcome): Json {
  switch (outcome.verdict) {
    case "drop":
      return { reason: outcome.reason };
    case "error":
      return { error: { kind: outcome.error.kind } };
    case "parse_error":
      return { error: outcome.error };
    default:
      return {};
  }
}

function outcomeJson(outcome: PacketOutcome): JsonObject {
  if (outcome.verdict === "panic") return {};
  const reason = verdictReason(outcome);
  if (outcome.verdict === "parse_error") return { reason };
  return {
    ...("frame" in outcome ? { frame: hexText(outcome.frame) } : { reason }),
    flow: { ...outcome.flow },
    flow_crc32: outcome.flow_crc32,
  };
}

function resultJson(result: OperationResult): JsonObject {
  if ("ok" in result) return { ok: result.ok };
  if ("invalid" in result) return { invalid: result.invalid };
  return { err: { variant: result.err.variant, errno: result.err.errno } };
}
