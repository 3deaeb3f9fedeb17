// Schemas of values that JSON writes as text, and of bounded numbers.

import { TextError } from "opte-api";
import * as v from "valibot";

/** What JSON Schema can say of a text: what it stands for, and a regular expression that every right one matches, and some wrong ones. */
export interface TextForm {
  readonly description: string;
  readonly pattern?: string;
}

/** A string that `parse` reads; its TextError becomes an issue. */
export function textSchema<T>(parse: (text: string) => T, form: TextForm): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.string(expected("a string")),
    v.metadata({ ...form }),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        if (!(error instanceof TextError)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  );
}

/** An integer from `min` to `max`. */
export function integerSchema(min: number, max: number): v.GenericSchema<unknown, number> {
  const message = expected(`an integer from ${min} to ${max}`);
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

/** `true` or `false`. */
export function booleanSchema(): v.GenericSchema<unknown, boolean> {
  return v.boolean(expected("a boolean"));
}

/** The message that a value is not what it should be, as in `Expected an integer from 1 to 9, but found "x"`. */
function expected(what: string): (issue: v.BaseIssue<unknown>) => string {
  return (issue) => `Expected ${what}, but found ${issue.received}`;
}
