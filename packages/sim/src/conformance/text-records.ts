// Runs the records of text.jsonl: accept or reject, the parsed value and its printed form (vectors/FORMAT-text.md).

import { TextError } from "opte-api";
import { compareJson, type Difference, type JsonComparison } from "./compare-json.js";
import { canonicalDisplay } from "./display-text.js";
import { type FieldReader, isObject, type Json, type JsonObject } from "./json.js";
import { hasLaxNumber } from "./lax-number.js";
import { plainIpv6 } from "./plain-ipv6.js";
import { failedReport, type Report } from "./report.js";
import type { TextType, TextValue } from "./text-type.js";
import { TEXT_TYPES } from "./text-types.js";

/** What becomes of an input: its value, or the kind of error; null where no kind is told. */
export type TextOutcome = { readonly ok: JsonObject } | { readonly err: string | null };

const AREA = "text";
/** Paths of fields that hold printed forms: ours are RFC 5952, the reference's its own. */
const PRINTED: ReadonlySet<string> = new Set([
  "ok.canonical",
  "ok.network",
  "ok.ip",
  "ok.cidr",
  "ok.hosts",
  "ok.rule.hosts",
  "ok.filters_canonical",
]);
/** `rfc5952` is what `canonical` is compared with. */
const COMPARISON: JsonComparison = { ignores: (key) => key === "rfc5952" };

/** Runs one record. @throws FieldError if it is malformed. */
export function runTextRecord(record: FieldReader): Report {
  const type = record.string("type");
  const name = JSON.stringify(record.raw("input") ?? null);
  const outcomes = textOutcomes(record);
  if (outcomes === undefined) {
    return failedReport({ area: AREA, group: type, name }, `Not yet supported: text type "${type}"`);
  }
  const differences = compareOutcomes(outcomes.expected, outcomes.actual);
  return {
    area: AREA,
    group: type,
    name,
    mismatches: differences.length === 0 ? [] : [{ where: "", differences }],
    deviations: [],
  };
}

/** What a record wants of its input and what ours makes of it; `undefined` if its type cannot be run. */
export function textOutcomes(record: FieldReader): { expected: TextOutcome; actual: TextOutcome } | undefined {
  const type = record.string("type");
  const parse = TEXT_TYPES[type];
  if (parse === undefined) return undefined;
  const input = record.raw("input") ?? null;
  return { expected: expectedOutcome(type, parse, input, record), actual: outcomeOf(parse, input) };
}

/** The recorded outcome, but for the two classes of input that ours treats better. */
function expectedOutcome(type: string, parse: TextType, input: Json, record: FieldReader): TextOutcome {
  if (typeof input === "string") {
    if (hasLaxNumber(type, input)) return { err: null };
    const plain = plainIpv6(input);
    if (!record.has("ok") && plain !== input) return outcomeOf(parse, plain);
  }
  const ok = record.raw("ok");
  if (!isObject(ok)) return { err: record.string("err") };
  return { ok: ok["rfc5952"] === undefined ? ok : { ...ok, canonical: ok["rfc5952"] } };
}

function outcomeOf(parse: TextType, input: Json): TextOutcome {
  try {
    return { ok: valueJson(parse(input)) };
  } catch (error) {
    if (error instanceof TextError) return { err: error.kind };
    throw error;
  }
}

function valueJson(value: TextValue): JsonObject {
  return { canonical: value.canonical, ...value.fields };
}

/** Both must accept with the same value, or both reject; for what reason is told, but not compared. */
function compareOutcomes(expected: TextOutcome, actual: TextOutcome): Difference[] {
  if ("err" in expected && "err" in actual) return [];
  // Where the record tells the RFC 5952 form itself, our own reading of what was printed must not vouch for our printing.
  const isExact = "ok" in expected && expected.ok["rfc5952"] !== undefined;
  return compareJson(expected, actual, "", COMPARISON).filter(
    (difference) => isExact || !PRINTED.has(difference.path) || !isSameText(difference),
  );
}

function isSameText({ expected, actual }: Difference): boolean {
  return (
    typeof expected === "string" &&
    typeof actual === "string" &&
    canonicalDisplay(expected) === canonicalDisplay(actual)
  );
}
