// What the records of a state file say.

import type { StateRecord } from "./frame-format.js";

/** Kinds of records. Their numbers stand in files: none may change its meaning. */
export const RecordKind = {
  /** First of a frame that is an image: all that was before is forgotten. No bytes. */
  Image: 0,
  /** A command: its number u16be, its request in the reference's binary form. */
  Command: 1,
  /** A command of the last frame that had commands was refused: its place in that frame, u32be. */
  Refused: 2,
  /** A port made of a whole configuration: its JSON form, as text. */
  PortConfig: 3,
  /** A port as it was, without flows: its snapshot, as JSON text. Also a port that a client has put a snapshot in the place of. */
  PortImage: 4,
  /** A running port as it was at a graceful stop, with its flows. */
  PortWithFlows: 5,
} as const;

const COMMAND_HEAD_LEN = 2;

/** A command as it is kept. */
export function commandRecord(number: number, request: Uint8Array): StateRecord {
  const bytes = Buffer.allocUnsafe(COMMAND_HEAD_LEN + request.length);
  bytes.writeUInt16BE(number);
  bytes.set(request, COMMAND_HEAD_LEN);
  return { kind: RecordKind.Command, bytes };
}

/** The number and the request of a kept command; `undefined` if it is too short for one. */
export function readCommand(bytes: Uint8Array): { readonly number: number; readonly request: Uint8Array } | undefined {
  if (bytes.length < COMMAND_HEAD_LEN) return undefined;
  return {
    number: Buffer.from(bytes.buffer, bytes.byteOffset).readUInt16BE(),
    request: bytes.subarray(COMMAND_HEAD_LEN),
  };
}

/** Notes that the command at this place of the last frame was refused. */
export function refusedRecord(place: number): StateRecord {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(place);
  return { kind: RecordKind.Refused, bytes };
}

/** The place that such a note names. */
export function readRefused(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE();
}

/** A port as it was. @param snapshot of the port, with or without flows */
export function portImageRecord(
  name: string,
  snapshot: unknown,
  kind: typeof RecordKind.PortImage | typeof RecordKind.PortWithFlows = RecordKind.PortImage,
): StateRecord {
  return jsonRecord(kind, { name, snapshot });
}

/** A value of JSON as it is kept. */
export function jsonRecord(kind: number, value: unknown): StateRecord {
  return { kind, bytes: Buffer.from(JSON.stringify(value)) };
}

/** A kept value of JSON. @throws SyntaxError */
export function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
}
