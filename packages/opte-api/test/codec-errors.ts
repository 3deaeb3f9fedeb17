// What decoding and encoding refuse, for expectations.

import { CodecError, type CodecFault } from "../src/codec/codec-error.js";

/** Fault and path of the CodecError that `call` throws; fails if it throws none. */
export function codecFault(call: () => unknown): readonly [CodecFault, string] {
  try {
    call();
  } catch (error) {
    if (error instanceof CodecError) return [error.fault, error.path];
    throw error;
  }
  throw new Error("No CodecError was thrown");
}
