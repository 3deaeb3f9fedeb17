// Reads the recorded results of a scenario out of their JSON.

import { FieldError, FieldReader } from "./json.js";
import { readFrame } from "./op-reader.js";
import type {
  Counters,
  OperationResult,
  PacketFlow,
  PacketResult,
  ScenarioDropReason,
  ScenarioFlow,
  ScenarioOp,
  ScenarioParseError,
  StepResult,
} from "./scenario.js";

const MAX_U32 = 0xffff_ffff;

/** Reads the recorded results of `ops`: as many as there are operations, fewer only if the reference aborted. */
export function readResults(
  reader: FieldReader,
  key: string,
  ops: readonly ScenarioOp[],
  aborted: boolean,
): StepResult[] {
  const results = reader.list(key, (value, path) => {
    const result = new FieldReader(value, path);
    return result.has("verdict") ? readPacketResult(result) : readOperationResult(result, path);
  });
  if (aborted ? results.length > ops.length : results.length !== ops.length) {
    throw new FieldError(reader.pathOf(key), `must have one result for each of ${ops.length} operations`);
  }
  results.forEach((result, i) => {
    if ("verdict" in result !== (ops[i]?.op === "packet")) {
      throw new FieldError(`${reader.pathOf(key)}[${i}]`, `is no result of operation "${String(ops[i]?.op)}"`);
    }
  });
  return results;
}

function readOperationResult(reader: FieldReader, path: string): OperationResult {
  const ok = reader.raw("ok");
  if (ok !== undefined) return { ok };
  if (reader.has("invalid")) return { invalid: reader.string("invalid") };
  if (!reader.has("err")) throw new FieldError(path, 'must have "verdict", "ok", "err" or "invalid"');
  const err = reader.object("err");
  return { err: { variant: err.string("variant"), errno: err.integer("errno", -MAX_U32, MAX_U32) } };
}

function readPacketResult(reader: FieldReader): PacketResult {
  const verdict = reader.oneOf("verdict", ["modified", "hairpin", "drop", "parse_error", "error", "panic"]);
  if (verdict === "panic") return { verdict };
  if (verdict === "parse_error") return { verdict, error: readParseError(reader.object("error")) };
  const flow = { ...readFlow(reader), stats: readCounters(reader.object("stats")) };
  if (verdict === "drop") return { verdict, reason: readDropReason(reader.object("reason")), ...flow };
  if (verdict === "error") return { verdict, error: { kind: reader.object("error").string("kind") }, ...flow };
  return { verdict, frame: readFrame(reader), ...flow };
}

function readFlow(reader: FieldReader): PacketFlow {
  const flow = reader.object("flow");
  const result: Record<string, number | string> = {};
  for (const key of ["proto", "sport", "dport", "type", "code", "id"]) {
    if (flow.has(key)) result[key] = flow.integer(key, 0, 0xffff);
  }
  return {
    flow: { ...result, proto: flow.integer("proto", 0, 255), src: flow.string("src"), dst: flow.string("dst") },
    flow_crc32: reader.integer("flow_crc32", 0, MAX_U32),
  } satisfies { flow: ScenarioFlow; flow_crc32: number };
}

function readDropReason(reader: FieldReader): ScenarioDropReason {
  const kind = reader.oneOf("kind", ["layer", "tcp_err", "handle_pkt"]);
  if (kind !== "layer") return { kind };
  return { kind, layer: reader.string("layer"), reason: reader.oneOf("reason", ["rule", "default", "action"]) };
}

function readParseError(reader: FieldReader): ScenarioParseError {
  const kind = reader.oneOf("kind", ["header", "illegal_value", "bad_length", "unrecognised_tunnel_opt"]);
  if (kind === "header") return { kind, header: reader.string("header"), error: reader.string("error") };
  if (kind === "unrecognised_tunnel_opt") {
    return { kind, class: reader.integer("class", 0, 0xffff), type: reader.integer("type", 0, 0xff) };
  }
  return {
    kind,
    field: reader.string("field"),
    expected: reader.integer("expected", 0, MAX_U32),
    actual: reader.integer("actual", 0, MAX_U32),
  };
}

function readCounters(counters: FieldReader): Counters {
  return Object.fromEntries(
    counters.keys().map((key) => [key, counters.integer(key, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)]),
  );
}
