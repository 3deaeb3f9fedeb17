// The argument of an ioctl, as client and device see it in memory (spec 05 §2).
//
//    0 apiVersion  u64      8 cmd        i32 (then 4 bytes of padding)
//   16 flags       u64     24 reserved1  u64
//   32 reqBytes    pointer 40 reqLen     u64
//   48 respBytes   pointer 56 respLen    u64     64 respLenNeeded  u64

import { CodecError } from "./codec-error.js";

/** The argument of an ioctl. Lengths in bytes. */
export interface OpteCmdIoctl {
  /** Version of the protocol that the caller speaks, which must be `API_VERSION`. */
  readonly apiVersion: number;
  /** Number of the command. */
  readonly cmd: number;
  /** Written by the device, bit by bit: `OPTE_CMD_RESP_COPY_OUT`. The caller writes 0. */
  readonly flags: number;
  /** The format of both bodies: 0 for the reference's binary form. */
  readonly reserved1: number;
  /** Address of the request in the caller's memory, 0 if there is none. */
  readonly reqBytes: bigint;
  readonly reqLen: number;
  /** Address in the caller's memory to which the response goes. */
  readonly respBytes: bigint;
  /** How much fits there. */
  readonly respLen: number;
  /** Written by the device: length of the response, even if it did not fit. */
  readonly respLenNeeded: number;
}

/** Size of the argument in bytes. */
export const IOCTL_SZ = 72;

/** Where in the argument each field begins, in bytes. */
export const IOCTL_OFFSETS: Readonly<Record<keyof OpteCmdIoctl, number>> = {
  apiVersion: 0,
  cmd: 8,
  flags: 16,
  reserved1: 24,
  reqBytes: 32,
  reqLen: 40,
  respBytes: 48,
  respLen: 56,
  respLenNeeded: 64,
};

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const LITTLE_ENDIAN = true;

type U64Field = Exclude<keyof OpteCmdIoctl, "cmd">;

/** The 72 bytes of an argument, little-endian. @throws CodecError naming a field that is out of range */
export function encodeOpteCmdIoctl(ioctl: OpteCmdIoctl): Uint8Array {
  const view = new DataView(new ArrayBuffer(IOCTL_SZ));
  if ((ioctl.cmd | 0) !== ioctl.cmd)
    throw new CodecError("encode", "out_of_range", "cmd", `${ioctl.cmd} is no signed 32-bit number`);
  view.setInt32(IOCTL_OFFSETS.cmd, ioctl.cmd, LITTLE_ENDIAN);
  for (const field of U64_FIELDS) {
    const value = ioctl[field];
    const isInRange =
      typeof value === "bigint" ? value >= 0n && value <= MAX_U64 : Number.isSafeInteger(value) && value >= 0;
    if (!isInRange) throw new CodecError("encode", "out_of_range", field, `${value} is no unsigned 64-bit number`);
    view.setBigUint64(IOCTL_OFFSETS[field], BigInt(value), LITTLE_ENDIAN);
  }
  return new Uint8Array(view.buffer);
}

/**
 * Reads the 72 bytes of an argument; padding is ignored. Of the 64-bit fields only the addresses may be above 2^53 - 1.
 *
 * @throws CodecError `end_of_input` or `trailing_bytes` unless there are 72 bytes, `out_of_range` naming a field
 */
export function decodeOpteCmdIoctl(bytes: Uint8Array): OpteCmdIoctl {
  if (bytes.length !== IOCTL_SZ) {
    const fault = bytes.length < IOCTL_SZ ? "end_of_input" : "trailing_bytes";
    throw new CodecError("decode", fault, "", `it has ${bytes.length} bytes, not ${IOCTL_SZ}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u64 = (field: U64Field): bigint => view.getBigUint64(IOCTL_OFFSETS[field], LITTLE_ENDIAN);
  const u53 = (field: U64Field): number => {
    const value = u64(field);
    if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
    throw new CodecError("decode", "out_of_range", field, `${value} is above ${Number.MAX_SAFE_INTEGER}`);
  };
  return {
    apiVersion: u53("apiVersion"),
    cmd: view.getInt32(IOCTL_OFFSETS.cmd, LITTLE_ENDIAN),
    flags: u53("flags"),
    reserved1: u53("reserved1"),
    reqBytes: u64("reqBytes"),
    reqLen: u53("reqLen"),
    respBytes: u64("respBytes"),
    respLen: u53("respLen"),
    respLenNeeded: u53("respLenNeeded"),
  };
}

const U64_FIELDS: readonly U64Field[] = [
  "apiVersion",
  "flags",
  "reserved1",
  "reqBytes",
  "reqLen",
  "respBytes",
  "respLen",
  "respLenNeeded",
];
