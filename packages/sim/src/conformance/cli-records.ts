// Runs the records of cli.jsonl: exit code, requests, and what usage errors name (vectors/FORMAT-text.md, "cli.jsonl").

import { encodePostcard, opteError } from "opte-api/codec";
import { XdeClientError } from "xde-binding/in-process";
import type { CliExpectation, CliRequest } from "./cli-expectation.js";
import type { CommandLine } from "./command-line.js";
import { commandOf } from "./command-name.js";
import type { Difference } from "./compare-json.js";
import { CLI_DEVIATIONS } from "./deviations/cli.js";
import { EmptyReader } from "./empty-reader.js";
import { hexText } from "./hex.js";
import { FieldError, FieldReader, isObject, type Json, readString } from "./json.js";
import type { Report } from "./report.js";
import { SerdeJsonReader } from "./serde-json-reader.js";

const AREA = "cli";
const FAILURE = 1;
const USAGE = 2;
const ANY_FAILURE = 101;

/** Runs one record. @throws FieldError if it is malformed. */
export async function runCliRecord(record: FieldReader, commandLine: CommandLine): Promise<Report> {
  const argv = record.list("argv", readString);
  const recorded = readExpectation(record);
  const applied = CLI_DEVIATIONS.map((rule) => ({ rule, expected: rule.expect(record, recorded) })).find(
    ({ expected }) => expected !== undefined,
  );
  const device = new ScriptedDevice(record.objectOrNull("device"));
  const stdin = record.has("stdin") ? record.string("stdin") : "";
  const { exit, stdout, stderr } = await commandLine.run(["--format", "compat", ...argv], stdin, (name, request) =>
    device.answer(name, request),
  );
  const expected = applied?.expected ?? recorded;
  const differences = [
    ...exitDifference(expected.exit, exit),
    ...device.differences(expected.requests),
    ...(expected.stdout === undefined || expected.stdout === stdout
      ? []
      : [{ path: "stdout", expected: expected.stdout, actual: stdout }]),
    ...(expected.stderr === undefined || expected.stderr === stderr
      ? []
      : [{ path: "stderr", expected: expected.stderr, actual: stderr }]),
    ...namedDifferences("stdout", expected.stdoutContains === undefined ? [] : [expected.stdoutContains], stdout),
    ...namedDifferences("stderr", expected.stderrContains, stderr),
  ];
  return {
    area: AREA,
    name: JSON.stringify(argv),
    mismatches: differences.length === 0 ? [] : [{ where: "", differences }],
    deviations: applied === undefined ? [] : [applied.rule.weakness],
  };
}

function readExpectation(record: FieldReader): CliExpectation {
  const exit = record.integer("exit", 0, 255);
  const contains = record.has("stderr_contains") ? [record.string("stderr_contains")] : [];
  return {
    exit,
    requests: record.listOrEmpty("requests", readRequest),
    ...(exit === 0 && record.has("stdout") ? { stdout: record.string("stdout") } : {}),
    // Where it is not the device that refuses, what is said is the client's own: ours names the line, the option, the family.
    ...(exit === FAILURE && record.has("device") ? { stderr: record.string("stderr") } : {}),
    ...(record.has("stdout_contains") ? { stdoutContains: record.string("stdout_contains") } : {}),
    stderrContains: exit === USAGE ? [...contains, ...record.listOrEmpty("missing", readString)] : [],
  };
}

function readRequest(json: Json, path: string): CliRequest {
  const reader = new FieldReader(json, path);
  return {
    cmd: reader.string("cmd"),
    request: reader.raw("request"),
    postcard: reader.has("request_postcard") ? reader.string("request_postcard") : undefined,
  };
}

function exitDifference(expected: number, actual: number): Difference[] {
  const isSame = expected === ANY_FAILURE ? actual !== 0 : expected === actual;
  return isSame ? [] : [{ path: "exit", expected, actual }];
}

function namedDifferences(path: string, wanted: readonly string[], text: string): Difference[] {
  return wanted.filter((each) => !text.includes(each)).map((each) => ({ path, expected: `…${each}…`, actual: text }));
}

/** Answers as a record says, and keeps what it was asked. */
class ScriptedDevice {
  readonly #answers: ReadonlyMap<string, readonly Json[]>;
  readonly #asked: { readonly cmd: string; readonly body: string | undefined }[] = [];

  constructor(answers: FieldReader | null) {
    this.#answers = new Map(answers?.keys().map((key) => [key, answers.list(key, (answer) => answer)]));
  }

  answer(cmd: string, request: unknown): Promise<unknown> {
    const command = commandOf(cmd);
    const before = this.#asked.filter((each) => each.cmd === cmd).length;
    const body = command.request === undefined ? undefined : hexText(encodePostcard(command.request, request));
    this.#asked.push({ cmd, body });
    const script = this.#answers.get(cmd) ?? ["ok"];
    const answer = script[Math.min(before, script.length - 1)];
    if (answer === "ok") return Promise.resolve(command.response.read(new EmptyReader()));
    if (answer === "not_found") return Promise.resolve({ kind: "notFound" });
    if (isObject(answer) && answer["err"] !== undefined) {
      const error = opteError.read(new SerdeJsonReader(answer["err"]));
      return Promise.reject(new XdeClientError({ kind: "CommandError", cmd: command.cmd, error }, error));
    }
    throw new FieldError("device", "has an answer of no known kind");
  }

  /** How what was asked differs from what should have been, in order. */
  differences(expected: readonly CliRequest[]): Difference[] {
    const length = Math.max(expected.length, this.#asked.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) => {
      const wanted = expected[i];
      const asked = this.#asked[i];
      const path = `requests[${i}]`;
      const bodies = wanted === undefined ? [] : expectedBodies(wanted);
      if (wanted !== undefined && asked?.cmd === wanted.cmd && bodies.every((body) => body === asked.body)) return [];
      return [{ path, expected: requestJson(wanted?.cmd, bodies[0]), actual: requestJson(asked?.cmd, asked?.body) }];
    });
  }
}

/** The body of a request as our schema writes what is recorded in JSON, and as it was recorded in bytes. */
function expectedBodies({ cmd, request, postcard }: CliRequest): (string | undefined)[] {
  const { request: schema } = commandOf(cmd);
  if (schema === undefined || !isObject(request)) return [undefined];
  // The operating system gives a new port its link id: none is recorded, and ours has none to give.
  const whole = cmd === "CreateXde" ? { linkid: 0, ...request } : request;
  const body = hexText(encodePostcard(schema, schema.read(new SerdeJsonReader(whole))));
  return postcard === undefined ? [body] : [body, postcard];
}

function requestJson(cmd: string | undefined, body: string | undefined): Json | undefined {
  return cmd === undefined ? undefined : [cmd, body ?? null];
}
