// Runs the records of print.jsonl: what the command line tool writes for a response (vectors/FORMAT-text.md, "print.jsonl").

import { decodePostcard } from "opte-api/codec";
import { commandOf } from "./command-name.js";
import type { CommandLine } from "./command-line.js";
import { hexBytes } from "./hex.js";
import { FieldError, type FieldReader } from "./json.js";
import type { Report } from "./report.js";
import { PORT_ORDER_RULE } from "./deviations/port-order.js";

const AREA = "print";

/** Runs one record. @throws FieldError if it is malformed. */
export async function runPrintRecord(record: FieldReader, commandLine: CommandLine): Promise<Report> {
  const command = record.string("command");
  const body = hexBytes(record.string("response_postcard"));
  if (body === undefined) throw new FieldError(record.pathOf("response_postcard"), "must be hex text");
  const args = record.object("args");
  const argv = [
    ...["--format", "compat", command],
    ...(args.has("port") ? ["-p", args.string("port")] : []),
    ...(args.has("layer") ? ["--", args.string("layer")] : []),
  ];
  const { exit, stdout, stderr } = await commandLine.run(argv, "", (name) =>
    Promise.resolve(decodePostcard(commandOf(name).response, body)),
  );
  const group = command;
  const name = record.string("source");
  const expected = record.string("stdout");
  const isUnordered = record.has("order_not_transitive") && record.boolean("order_not_transitive");
  const isReordered = isUnordered && stdout !== expected && PORT_ORDER_RULE.isReordered(expected, stdout);
  const differences = [
    ...(exit === 0 ? [] : [{ path: "exit", expected: 0, actual: exit }]),
    ...(stdout === expected || isReordered ? [] : [{ path: "stdout", expected, actual: stdout }]),
    ...(stderr === "" ? [] : [{ path: "stderr", expected: "", actual: stderr }]),
  ];
  const mismatches = differences.length === 0 ? [] : [{ where: "", differences }];
  return { area: AREA, group, name, mismatches, deviations: isReordered ? [PORT_ORDER_RULE.weakness] : [] };
}
