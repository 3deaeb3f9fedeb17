// How large a body and its parts may be: what one message can cost whoever decodes it.

/** Longest message, in bytes. */
export const MAX_MESSAGE_LEN: number = 16 * 2 ** 20;
/** Deepest nesting of arrays and maps in CBOR; requests and answers need less than half of it. */
export const MAX_DEPTH = 32;
/** Most keys of one map in CBOR: a map is an object, and no type has half as many fields. */
export const MAX_KEYS = 64;
/** Longest key of a map in CBOR, in bytes; no field has a name half as long. */
export const MAX_KEY_LEN = 64;

/** Limits of a message that differ from one kind to the next. */
export interface BodyLimits {
  /** Bytes of the whole. */
  readonly messageLen: number;
  /** Bytes of any one text in it. */
  readonly textLen: number;
  /** Values in it: in CBOR all, keys included; in the binary form the elements of lists, of which alone there can be many. */
  readonly values: number;
}

/** Of an answer in CBOR: whoever asked takes what its device says, within the memory of one message of the smallest flows. */
export const ANSWER_LIMITS: BodyLimits = { messageLen: MAX_MESSAGE_LEN, textLen: MAX_MESSAGE_LEN, values: 8_000_000 };

/** Of bytes that come from nobody else, or from a real xde, whose answers have no limit. */
export const NO_LIMITS: BodyLimits = { messageLen: Infinity, textLen: Infinity, values: Infinity };

/** Of any request. Its texts are names and addresses, the longest of which is a domain name of 255 bytes. */
export const REQUEST_LIMITS: BodyLimits = { messageLen: MAX_MESSAGE_LEN, textLen: 1024, values: 2_000_000 };

/** Of the request of a command that only reads, which asks for little: who may not configure costs the device no more than that. */
export const READ_REQUEST_LIMITS: BodyLimits = { ...REQUEST_LIMITS, messageLen: 4096, values: 1000 };

/** As {@link READ_REQUEST_LIMITS}, but for a request that carries one frame, of 64 KiB at most. */
export const FRAME_REQUEST_LIMITS: BodyLimits = { ...READ_REQUEST_LIMITS, messageLen: 4096 + 65_536 };
