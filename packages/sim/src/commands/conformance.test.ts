import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FieldReader, parseJson } from "../conformance/json.js";
import { addConformanceCommand } from "./conformance.js";
import { UserError } from "xde-binding/program";

const GOOD = '{"rec":"text","type":"vni","input":"7","ok":{"canonical":"7","value":7,"bytes":"000007"}}';
const BAD = '{"rec":"text","type":"vni","input":"8","ok":{"canonical":"9","value":9,"bytes":"000009"}}';
const CLI = '{"rec":"cli","argv":["list-ports"],"exit":0,"stdout":"x\\n","requests":[{"cmd":"ListPorts"}]}';

let folder: string;
const output: string[] = [];
const errors: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opte-sim-"));
  vi.spyOn(console, "log").mockImplementation((line: string) => output.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => errors.push(line));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  output.length = 0;
  errors.length = 0;
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** Writes a vector file of these lines into the folder. */
function vectorFile(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  const text = lines.join("\n") + "\n";
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

/** Writes a module with a command line tool, whose run has this body. */
function commandLineModule(body: string): string {
  const path = join(folder, "tool.mjs");
  writeFileSync(path, `export async function runCommandLine(argv, { stdout, connect }) { ${body} }`);
  return path;
}

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  addConformanceCommand(program);
  await program.parseAsync(["conformance", ...args], { from: "user" });
}

describe("opte-sim conformance", () => {
  it("runs the vector files of a folder, compressed or not, and ends with the counts", async () => {
    vectorFile("a.jsonl", GOOD, "", GOOD);
    vectorFile("b.jsonl.gz", GOOD);
    vectorFile("FORMAT.md", "# no vectors");
    await run(folder);
    expect(output.at(-1)).toBe("3 passed, 0 failed");
    expect(process.exitCode).toBeUndefined();
  });

  it("explains each failure and exits with 1", async () => {
    await run(vectorFile("a.jsonl", BAD, GOOD));
    expect(output.slice(0, 4)).toEqual([
      'FAILED text: vni "8"',
      "    ok.canonical",
      '      expected "9"',
      '      actual   "8"',
    ]);
    expect(output.at(-1)).toBe("1 passed, 1 failed");
    expect(process.exitCode).toBe(1);
  });

  it("runs command lines on the module given, as a whole: exit code, requests, output", async () => {
    const file = vectorFile("a.jsonl", CLI);
    const asks = 'await (await connect()).call("ListPorts"); stdout.write("x\\n"); return 0;';
    await run(file, "--opteadm", commandLineModule(asks));
    expect(output.at(-1)).toBe("1 passed, 0 failed");
  });

  it("finds a request that was not made, and another exit code", async () => {
    const file = vectorFile("a.jsonl", CLI);
    await run(file, "--opteadm", commandLineModule('stdout.write("x\\n"); return 1;'));
    expect(output.slice(0, 7)).toEqual([
      'FAILED cli: ["list-ports"]',
      "    exit",
      "      expected 0",
      "      actual   1",
      "    requests[0]",
      '      expected ["ListPorts",null]',
      "      actual   nothing",
    ]);
  });

  it("tells the user of a module that is missing, or is no command line tool", async () => {
    const file = vectorFile("a.jsonl", CLI);
    await expect(run(file, "--opteadm", "./none.mjs")).rejects.toThrow(/a.jsonl|Cannot load "\.\/none\.mjs"/);
    const empty = join(folder, "empty.mjs");
    writeFileSync(empty, "");
    await expect(run(file, "--opteadm", empty)).rejects.toThrow('exports no function "runCommandLine"');
  });

  it("runs only the areas asked for", async () => {
    const file = vectorFile("a.jsonl", CLI, GOOD, BAD);
    await run("--area", "text", file);
    expect(output.at(-1)).toBe("1 passed, 1 failed");
  });

  it("stops at the first failure with --bail", async () => {
    await run("--bail", vectorFile("a.jsonl", GOOD, BAD, GOOD, BAD));
    expect(output.at(-1)).toBe("1 passed, 1 failed");
  });

  it("writes nothing but JSON objects to standard output with --json", async () => {
    await run("--json", vectorFile("a.jsonl", GOOD, BAD));
    const kinds = output.map((line) => new FieldReader(parseJson(line), "").string("kind"));
    expect(kinds).toEqual(["vector", "vector", "area", "area", "total"]);
    expect(errors).toEqual(["1 passed, 1 failed"]);
  });

  it.each([
    ["a file that does not exist", () => join(folder, "none.jsonl"), "does not exist"],
    ["a folder without vectors", () => folder, "has no .jsonl or .jsonl.gz file"],
    ["a line that is not JSON", () => vectorFile("a.jsonl", GOOD, "{"), "a.jsonl:2: The document is not JSON"],
    [
      "a scenario without its fields",
      () => vectorFile("a.jsonl", '{"area":"nat"}'),
      'a.jsonl:1: Field "setup" must be',
    ],
    ["a record of unknown kind", () => vectorFile("a.jsonl", '{"rec":"x"}'), 'names no kind of record: "x"'],
  ])("tells the user of %s", async (_, path, message) => {
    const file = path();
    await expect(run(file)).rejects.toThrow(UserError);
    await expect(run(file)).rejects.toThrow(message);
  });

  it("tells the user of a damaged compressed file", async () => {
    const path = join(folder, "a.jsonl.gz");
    writeFileSync(path, "not gzip");
    await expect(run(path)).rejects.toThrow(`File "${path}" cannot be decompressed`);
  });

  it("tells the user if no vector is of the chosen areas", async () => {
    const path = vectorFile("a.jsonl", GOOD);
    await expect(run("--area", "nat", path)).rejects.toThrow("No vector of the chosen areas was found");
  });
});
