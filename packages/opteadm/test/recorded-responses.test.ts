// Every response that was recorded of the reference, in the forms that are ours: nothing is lost in a table, and JSON can be read.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decodePostcard, type Schema } from "opte-api/codec";
import { XDE_COMMANDS } from "oxide-vpc/api";
import { describe, expect, it } from "vitest";
import { scriptedRun } from "./scripted-run.js";

const COMMANDS: Readonly<Record<string, keyof typeof XDE_COMMANDS>> = {
  "list-ports": "ListPorts",
  "list-layers": "ListLayers",
  "dump-layer": "DumpLayer",
  "dump-uft": "DumpUft",
  "dump-tcp-flows": "DumpTcpFlows",
  "dump-v2p": "DumpVirt2Phys",
  "dump-v2b": "DumpVirt2Boundary",
  "dump-m2p": "DumpMcast2Phys",
  "dump-mcast-fwd": "DumpMcastForwarding",
  "dump-mcast-subs": "DumpMcastSubscriptions",
};

interface PrintRecord {
  readonly command: string;
  readonly args: { readonly port?: string; readonly layer?: string };
  readonly source: string;
  readonly response_postcard: string;
}

const file = new URL("../../sim/vectors/print.jsonl.gz", import.meta.url);
const records = gunzipSync(readFileSync(file))
  .toString("utf8")
  .trim()
  .split("\n")
  // Unwrap: the file's format is that of FORMAT-text.md, which `opte-sim conformance` checks.
  .map((line) => JSON.parse(line) as PrintRecord);

async function print(record: PrintRecord, format: string): Promise<{ stdout: string; response: object }> {
  const name = COMMANDS[record.command];
  if (name === undefined) throw new Error(`no command is known for ${record.command}`);
  const bytes = Uint8Array.from(Buffer.from(record.response_postcard, "hex"));
  // Unwrap: nothing is done with the response but to hand it back, and responses of these commands are objects.
  const response = decodePostcard(XDE_COMMANDS[name].response as Schema<object>, bytes);
  const argv = [
    ...[record.command, "--format", format],
    ...(record.args.port === undefined ? [] : ["-p", record.args.port]),
    ...(record.args.layer === undefined ? [] : ["--", record.args.layer]),
  ];
  const { exit, stdout } = await scriptedRun(argv, { [name]: response });
  expect(exit).toBe(0);
  return { stdout, response };
}

/** The texts in a value. */
function leaves(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return typeof value === "string" ? [value] : [];
}

describe.each(Object.keys(COMMANDS))("%s", (command) => {
  const ours = records.filter((record) => record.command === command);

  it("is a line of JSON that can be read", async () => {
    for (const record of ours) {
      const { stdout, response } = await print(record, "json");
      const value: unknown = JSON.parse(stdout);
      expect(Object.keys(value ?? {}).sort()).toEqual(Object.keys(response).sort());
    }
  });

  it("is a table without a line that ends in blanks, and that holds every address of the JSON", async () => {
    for (const record of ours) {
      const { stdout } = await print(record, "table");
      expect(stdout.split("\n").filter((line) => line.endsWith(" "))).toEqual([]);
      const json = (await print(record, "json")).stdout;
      const addresses = leaves(JSON.parse(json)).filter((text) => /^[0-9a-f:.]*[:.][0-9a-f:.]*$/.test(text));
      expect(addresses.filter((address) => !stdout.includes(address))).toEqual([]);
    }
  });
});
