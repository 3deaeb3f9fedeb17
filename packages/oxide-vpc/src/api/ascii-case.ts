// Letter case of text forms that fold ASCII letters and no others.

/** `text` with its ASCII capitals made small: other letters stay, so that no look-alike turns into a keyword. */
export function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}
