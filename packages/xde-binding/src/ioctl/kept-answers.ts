// The answers that a device keeps because they did not fit: as many as there is room for, of all connections together.

import { MAX_MESSAGE_LEN } from "opte-api/codec";
import { bodyDigest } from "./body-digest.js";
import type { EncodedAnswer } from "./ioctl-envelope.js";

/** Most bytes that all kept answers of a device have together, with their requests: four of the longest. */
const MAX_KEPT_LEN = 4 * MAX_MESSAGE_LEN;

/** An answer that waits to be fetched, and the request that it answers; or what is left of both once they had to be given up. */
export interface KeptAnswer {
  /** Undefined if it was given up for the sake of newer ones. */
  readonly answer: EncodedAnswer | undefined;
  /** Whether this is the request that it answers: byte by byte, or as long and with the same digest if it was given up. */
  isTo(body: Uint8Array): boolean;
}

/** Kept answers of a device. */
export class KeptAnswers {
  /** The oldest first. */
  readonly #kept: Map<KeptAnswer, AnsweredCall> = new Map();
  #length = 0;

  /** Bytes of all that is kept. */
  get length(): number {
    return this.#length;
  }

  /** Keeps the answer to a request, for which the oldest ones are given up if there is no room. */
  keep(body: Uint8Array, answer: EncodedAnswer): KeptAnswer {
    const kept = new AnsweredCall(body, answer);
    this.#kept.set(kept, kept);
    this.#length += kept.length;
    for (const oldest of this.#kept.values()) {
      if (this.#length <= MAX_KEPT_LEN) break;
      this.release(oldest);
      oldest.giveUp();
    }
    return kept;
  }

  /** Makes room: the answer is no longer kept here, if it was. */
  release(kept: KeptAnswer): void {
    this.#length -= this.#kept.get(kept)?.length ?? 0;
    this.#kept.delete(kept);
  }
}

class AnsweredCall implements KeptAnswer {
  #body: Uint8Array | undefined;
  #answer: EncodedAnswer | undefined;
  readonly #bodyLen: number;
  #digest = 0n;

  constructor(body: Uint8Array, answer: EncodedAnswer) {
    this.#body = body;
    this.#bodyLen = body.length;
    this.#answer = answer;
  }

  get length(): number {
    return this.#bodyLen + (this.#answer?.bytes.length ?? 0);
  }

  get answer(): EncodedAnswer | undefined {
    return this.#answer;
  }

  isTo(body: Uint8Array): boolean {
    if (body.length !== this.#bodyLen) return false;
    return this.#body === undefined ? bodyDigest(body) === this.#digest : isSame(this.#body, body);
  }

  /** Keeps of both no more than what tells the request from others. */
  giveUp(): void {
    if (this.#body !== undefined) this.#digest = bodyDigest(this.#body);
    this.#body = undefined;
    this.#answer = undefined;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
