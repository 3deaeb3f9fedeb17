// Runs the records of ioctl-postcard.jsonl: numbers and layout of the ioctl, and its bodies in both directions.

import { API_VERSION, OPTE_CMD_RESP_COPY_OUT, OpteCmd, XDE_IOC, XDE_OPTE_CMD } from "opte-api";
import {
  CodecError,
  decodePostcard,
  encodePostcard,
  IOCTL_OFFSETS,
  IOCTL_SZ,
  opteError,
  type Schema,
} from "opte-api/codec";
import { BOUNDARY_SERVICES_VNI, GATEWAY_MAC, MULTICAST_VNI, XDE_COMMANDS } from "oxide-vpc/api";
import { compareJson, type Difference, type JsonComparison } from "./compare-json.js";
import { hexBytes, hexText } from "./hex.js";
import { FieldError, type FieldReader, type Json, parseJson } from "./json.js";
import { failedReport, type Report } from "./report.js";
import { SerdeJsonReader } from "./serde-json-reader.js";

const AREA = "ioctl";
const EVERYTHING: JsonComparison = { ignores: () => false };

/** Kinds of records that are run here. */
const IOCTL_RECORDS = ["layout", "command", "value", "error"] as const;

/** Runs one record. @throws FieldError if it is malformed. */
export function runIoctlRecord(record: FieldReader): Report {
  const kind = record.oneOf("rec", IOCTL_RECORDS);
  const name = [kind, record.raw("cmd"), record.raw("type")].filter((part) => typeof part === "string").join(" ");
  try {
    const differences = differencesOf(kind, record);
    const mismatches = differences.length === 0 ? [] : [{ where: "", differences }];
    return { area: AREA, name, mismatches, deviations: [] };
  } catch (error) {
    if (error instanceof CodecError) return failedReport({ area: AREA, name }, error.message);
    throw error;
  }
}

function differencesOf(kind: (typeof IOCTL_RECORDS)[number], record: FieldReader): Difference[] {
  switch (kind) {
    case "layout":
      return layoutDifferences(record);
    case "command":
      // A command is described, not only numbered. What the reference's own unused check of numbers accepts is not ours to repeat.
      return compareJson(record.raw("number"), XDE_COMMANDS[commandName(record)].number, "number", EVERYTHING);
    case "value":
      return bodyDifferences(bodySchema(record), record);
    case "error": {
      const { errno } = decodePostcard(opteError, postcardOf(record));
      return [...compareJson(record.raw("errno"), errno, "errno", EVERYTHING), ...bodyDifferences(opteError, record)];
    }
  }
}

function layoutDifferences(record: FieldReader): Difference[] {
  const offsets = Object.entries(IOCTL_OFFSETS).map(([field, offset]): [string, Json] => [
    WIRE_NAMES.get(field) ?? field,
    offset,
  ]);
  const expected = Object.fromEntries(
    record
      .keys()
      .filter((key) => !UNTOLD.has(key))
      .map((key) => [key, record.raw(key) ?? null]),
  );
  const actual: Json = {
    rec: "layout",
    struct: "OpteCmdIoctl",
    size: IOCTL_SZ,
    offsets: Object.fromEntries(offsets),
    API_VERSION,
    XDE_IOC,
    XDE_IOC_OPTE_CMD: XDE_OPTE_CMD | 0,
    XDE_IOC_OPTE_CMD_u32_hex: XDE_OPTE_CMD.toString(16),
    OPTE_CMD_RESP_COPY_OUT,
    GW_MAC_ADDR: GATEWAY_MAC.toString(),
    BOUNDARY_SERVICES_VNI,
    DEFAULT_MULTICAST_VNI: MULTICAST_VNI,
  };
  return compareJson(expected, actual, "", EVERYTHING);
}

/** Facts of the reference's build that follow from the offsets, or that nothing of ours depends on. */
const UNTOLD: ReadonlySet<string> = new Set(["align", "cmd_size", "endianness", "MAJOR_VERSION"]);

/** Fields of the ioctl by the names that the record has for them. */
const WIRE_NAMES: ReadonlyMap<string, string> = new Map([
  ["apiVersion", "api_version"],
  ["reqBytes", "req_bytes"],
  ["reqLen", "req_len"],
  ["respBytes", "resp_bytes"],
  ["respLen", "resp_len"],
  ["respLenNeeded", "resp_len_actual"],
]);

/** The value as JSON must encode to the bytes, and the bytes decode to the value. */
function bodyDifferences<T>(schema: Schema<T>, record: FieldReader): Difference[] {
  const value = schema.read(new SerdeJsonReader(record.raw("serde_json") ?? null));
  const decoded = decodePostcard(schema, postcardOf(record));
  return [
    ...compareJson(record.string("postcard"), hexText(encodePostcard(schema, value)), "postcard", EVERYTHING),
    ...compareJson(plain(value), plain(decoded), "value", EVERYTHING),
  ];
}

/** The schema of the request or response that a record is about. */
function bodySchema(record: FieldReader): Schema<unknown> {
  const { request, response } = XDE_COMMANDS[commandName(record)];
  const schema = record.oneOf("kind", ["req", "resp"]) === "req" ? request : response;
  if (schema === undefined) throw new FieldError(record.pathOf("kind"), "names a request of a command that has none");
  return schema as Schema<unknown>; // Unwrap: it is given no value to write but those that it has read itself
}

function commandName(record: FieldReader): keyof typeof XDE_COMMANDS {
  // Unwrap: the keys of OpteCmd are the names of its type, and the table has them all
  return record.oneOf("cmd", Object.keys(OpteCmd) as (keyof typeof OpteCmd)[]);
}

function postcardOf(record: FieldReader): Uint8Array {
  const bytes = hexBytes(record.string("postcard"));
  if (bytes === undefined) throw new FieldError(record.pathOf("postcard"), "must be hex text");
  return bytes;
}

/** A value of the API as JSON: addresses as their texts. */
function plain(value: unknown): Json {
  return parseJson(JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)));
}
