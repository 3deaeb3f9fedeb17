// The caller's memory behind a frame: argument and request are what came in, the response is kept to be sent.

import { encodeOpteCmdIoctl, type OpteCmdIoctl } from "opte-api/codec";
import type { CallerMemory } from "../ioctl/caller-memory.js";

/** Address of the argument. */
export const ARGUMENT_ADDRESS = 0x1000n;
const REQUEST_ADDRESS = 0x2000n;
const RESPONSE_ADDRESS = 0x3000n;

/** Memory for one ioctl. No room is set aside for a response, so that a caller cannot make the device do that. */
export class FrameMemory implements CallerMemory {
  readonly #body: Uint8Array;
  #argument: Uint8Array;
  #response: Uint8Array = new Uint8Array();

  constructor(argument: OpteCmdIoctl, body: Uint8Array) {
    this.#argument = encodeOpteCmdIoctl({ ...argument, reqBytes: REQUEST_ADDRESS, respBytes: RESPONSE_ADDRESS });
    this.#body = body;
  }

  get argument(): Uint8Array {
    return this.#argument;
  }

  /** What was written as response; empty if nothing. */
  get response(): Uint8Array {
    return this.#response;
  }

  read(address: bigint, length: number): Uint8Array | undefined {
    const bytes =
      address === ARGUMENT_ADDRESS ? this.#argument : address === REQUEST_ADDRESS ? this.#body : new Uint8Array();
    return bytes.length < length ? undefined : bytes.slice(0, length);
  }

  write(address: bigint, bytes: Uint8Array): boolean {
    if (address === ARGUMENT_ADDRESS) this.#argument = bytes.slice();
    else if (address === RESPONSE_ADDRESS) this.#response = bytes;
    else return false;
    return true;
  }
}
