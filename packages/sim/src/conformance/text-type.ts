// What it takes to run the text records of one type.

import type { Json, JsonObject } from "./json.js";

/** A parsed text in the vectors' form. */
export interface TextValue {
  /** As printed; null if the type has no printed form. */
  readonly canonical: string | null;
  /** The other fields of the type's `ok`. */
  readonly fields: JsonObject;
}

/** Parses an input of the type and prints its value. @throws TextError if the input is refused. */
export type TextType = (input: Json) => TextValue;

/** A type whose inputs are texts. */
export function fromText(read: (text: string) => TextValue): TextType {
  return (input) => {
    if (typeof input !== "string") throw new TypeError("The input of a text record must be a string");
    return read(input);
  };
}
