// The CBOR library, held to what every language reads and writes: plain maps, no tags.

// This entry is plain JavaScript in every context; the package's main one loads native code in Node
import { Encoder } from "cbor-x/encode";

/** What a CBOR message is made of here. An integer up to 2^53 - 1 may be of either type. */
export type CborValue =
  boolean | number | bigint | string | Uint8Array | readonly CborValue[] | { readonly [key: string]: CborValue };

const OPTIONS = { useRecords: false, variableMapSize: true, tagUint8Array: false, int64AsNumber: false };
const LIBRARY = new Encoder(OPTIONS);

/** The bytes of a value, in a buffer of their own. */
export function cborBytes(value: CborValue): Uint8Array {
  // The library's result lies in a buffer that it uses again
  return new Uint8Array(LIBRARY.encode(value));
}

/** The value of bytes that `scanCbor` has passed. Its byte strings may lie in `bytes`. */
export function cborValue(bytes: Uint8Array): CborValue {
  // A view of its own, because the library leaves a property on what it is given
  return LIBRARY.decode(bytes.subarray()) as CborValue; // Unwrap: the scan lets nothing through that becomes another type
}
