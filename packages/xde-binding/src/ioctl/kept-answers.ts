// The answers that a device keeps because they did not fit: as many as there is room for, of all connections together.

import { MAX_MESSAGE_LEN } from "opte-api/codec";
import type { EncodedAnswer } from "./ioctl-envelope.js";

/** Most bytes that all kept answers of a device have together, with their requests: four of the longest. */
const MAX_KEPT_LEN = 4 * MAX_MESSAGE_LEN;

/** An answer and the request that it answers. */
interface AnsweredCall {
  readonly body: Uint8Array;
  readonly answer: EncodedAnswer;
}

/** A place where one answer is kept, until it is taken out or given up. */
export interface KeptAnswer {
  /** Takes the answer out; undefined if it was given up for the sake of newer ones. */
  take(): AnsweredCall | undefined;
}

/** Kept answers of a device. */
export class KeptAnswers {
  /** The oldest first. */
  readonly #answers: Map<KeptAnswer, AnsweredCall> = new Map();
  #length = 0;

  /** Bytes of all that is kept. */
  get length(): number {
    return this.#length;
  }

  /** Keeps an answer, for which the oldest ones are given up if there is no room. */
  keep(call: AnsweredCall): KeptAnswer {
    const kept: KeptAnswer = { take: () => this.#remove(kept) };
    this.#answers.set(kept, call);
    this.#length += lengthOf(call);
    for (const oldest of this.#answers.keys()) {
      if (this.#length <= MAX_KEPT_LEN) break;
      this.#remove(oldest);
    }
    return kept;
  }

  #remove(kept: KeptAnswer): AnsweredCall | undefined {
    const call = this.#answers.get(kept);
    if (call !== undefined) this.#length -= lengthOf(call);
    this.#answers.delete(kept);
    return call;
  }
}

function lengthOf({ body, answer }: AnsweredCall): number {
  return body.length + answer.bytes.length;
}
