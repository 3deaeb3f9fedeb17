// Runs one line of any vector file.

import { runCliRecord } from "./cli-records.js";
import type { CommandLine } from "./command-line.js";
import { DEVIATIONS } from "./deviations/index.js";
import { runIoctlRecord } from "./ioctl-records.js";
import { FieldError, FieldReader, type Json } from "./json.js";
import { runPrintRecord } from "./print-records.js";
import type { Report } from "./report.js";
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

/**
 * Runs a scenario or a record.
 *
 * @param commandLine gives the command line tool that `print` and `cli` are about; asked for by those only
 * @throws FieldError if it is malformed
 */
export async function runVector(vector: Json, commandLine: () => Promise<CommandLine>): Promise<Report> {
  const reader = new FieldReader(vector, "");
  if (!reader.has("rec")) return runScenario(readScenario(vector), vpcSubject, DEVIATIONS);
  switch (areaOfRecord(reader.string("rec"))) {
    case "ioctl":
      return runIoctlRecord(reader);
    case "text":
      return runTextRecord(reader);
    case "print":
      return runPrintRecord(reader, await commandLine());
    case "cli":
      return runCliRecord(reader, await commandLine());
  }
}

function areaOfRecord(kind: string): "text" | "print" | "cli" | "ioctl" {
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
