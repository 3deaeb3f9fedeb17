// Pairs the recorded gateway's own answers with ours.

import { Frame, Packet, parseGuest } from "opte-core";
import { decodeFrame } from "../decode/decode.js";
import { type AnswerKind, answerKind } from "./gateway-talk.js";
import type { OurAnswer } from "./replay-event.js";

/** Our answers that the recorded gateway has not given yet: the last of each kind. */
export class AnswerBook {
  readonly #pending: Map<AnswerKind, Omit<OurAnswer, "differences">> = new Map();
  readonly #packet: Packet = new Packet();

  /** Notes an answer of ours to the packet of that number. */
  note(number: number, frame: Uint8Array): void {
    if (!parseGuest(this.#packet, new Frame(frame, 0, frame.length))) return;
    const kind = answerKind(this.#packet);
    if (kind !== undefined) this.#pending.set(kind, { number, frame });
  }

  /** Takes out our answer of the kind of the recorded one. @param recorded as parsed */
  take(recorded: Packet): OurAnswer | undefined {
    const kind = answerKind(recorded);
    const ours = kind === undefined ? undefined : this.#pending.get(kind);
    if (kind === undefined || ours === undefined) return undefined;
    this.#pending.delete(kind);
    return { ...ours, differences: differences(ours.frame, recorded.frame.view()) };
  }
}

/** Names of the fields, with their layers, that two frames do not have alike. */
function differences(a: Uint8Array, b: Uint8Array): string[] {
  const left = fieldsOf(a);
  const right = fieldsOf(b);
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => left.get(name) !== right.get(name));
}

function fieldsOf(frame: Uint8Array): Map<string, string> {
  const fields = decodeFrame(frame).flatMap(({ name, fields: inLayer }) =>
    inLayer.map((field) => [`${name} ${field.name}`, field.value] as const),
  );
  return new Map(fields);
}
