// Runs one line of any vector file.

import { DEVIATIONS } from "./deviations/index.js";
import { runIoctlRecord } from "./ioctl-records.js";
import { FieldError, FieldReader, type Json } from "./json.js";
import { failedReport, type Report } from "./report.js";
import { runScenario } from "./run-scenario.js";
import { readScenario } from "./scenario-reader.js";
import { runTextRecord } from "./text-records.js";
import { vpcSubject } from "./vpc-subject.js";

/** Area of a vector: that of a scenario, or the one its kind of record belongs to. @throws FieldError if it has none. */
export function vectorArea(vector: Json): string {
  const reader = new FieldReader(vector, "");
  if (!reader.has("rec")) return reader.string("area");
  return areaOfRecord(reader.string("rec"));
}

/** Runs a scenario or a record. @throws FieldError if it is malformed. */
export function runVector(vector: Json): Report {
  const reader = new FieldReader(vector, "");
  if (!reader.has("rec")) return runScenario(readScenario(vector), vpcSubject, DEVIATIONS);
  const kind = reader.string("rec");
  const area = areaOfRecord(kind);
  if (area === "ioctl") return runIoctlRecord(reader);
  if (kind === "text") return runTextRecord(reader);
  return failedReport({ area, name: recordName(reader, kind) }, `Not yet supported: records of kind "${kind}"`);
}

function areaOfRecord(kind: string): string {
  switch (kind) {
    case "text":
    case "print":
    case "cli":
      return kind;
    case "layout":
    case "command":
    case "value":
    case "error":
      return "ioctl";
    default:
      throw new FieldError("rec", `names no kind of record: "${kind}"`);
  }
}

/** What a record is about: its command line, or its command. */
function recordName(reader: FieldReader, kind: string): string {
  const about = reader.raw("argv") ?? reader.raw("command") ?? reader.raw("cmd");
  return about === undefined ? kind : `${kind} ${JSON.stringify(about)}`;
}
