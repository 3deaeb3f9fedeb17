// Strict decimal numbers, the grammar of every number in this project's text forms.

/** Why a text is not a strict decimal number in range. */
export type DecimalFault = "empty_number" | "invalid_digit" | "number_too_large" | "leading_plus" | "leading_zero";

const SIGNED_DIGITS = /^\+?[0-9]+$/;

/** What each fault means, to end an error message with. */
export const DECIMAL_FAULT_TEXT: Readonly<Record<DecimalFault, string>> = {
  empty_number: "a number is missing",
  invalid_digit: "a number holds a character that is not a decimal digit",
  number_too_large: "a number is too large",
  leading_plus: "a number begins with a plus sign",
  leading_zero: "a number begins with a superfluous zero, which some programs read as octal",
};

/**
 * Reads an unsigned decimal number: ASCII digits only, no sign, no superfluous leading zero.
 *
 * A leading `+` or `0` is refused on purpose, where the reference accepts it: `010` means 8 to some programs and 10 to others.
 *
 * @param max largest value accepted, at most 2^53 - 1
 * @returns the number, or the fault as a word. A number that is both too large and oddly written is `number_too_large`
 */
export function parseDecimal(text: string, max: number): number | DecimalFault {
  if (text === "") return "empty_number";
  if (!SIGNED_DIGITS.test(text)) return "invalid_digit";
  const value = Number(text);
  if (value > max) return "number_too_large";
  if (text.startsWith("+")) return "leading_plus";
  if (text.length > 1 && text.startsWith("0")) return "leading_zero";
  return value;
}
