// The reference's text, byte for byte: what all of its tables share (vectors/FORMAT-text.md, "print.jsonl").

import { alignTabs } from "../elastic-tabs.js";

/** The line under a section's title or over its rows. */
export const RULE: string = "-".repeat(70);
/** The line under the title of a whole output. */
export const BOLD_RULE: string = "=".repeat(70);

/** Lines that are aligned together: the reference aligns what it has written since it last flushed. */
export type Chunk = readonly string[];

/** The text of chunks that are aligned one by one. */
export function compatText(...chunks: readonly Chunk[]): string {
  return chunks
    .flatMap(alignTabs)
    .map((line) => `${line}\n`)
    .join("");
}

/** A line of a table. */
export function cells(...texts: readonly string[]): string {
  return texts.join("\t");
}

/** `text` in double quotes with Rust's escapes. */
export function debugText(text: string): string {
  return `"${text.replaceAll(/["\\\p{Cc}]/gu, (character) => ESCAPES.get(character) ?? unicodeEscape(character))}"`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\0", "\\0"],
]);

function unicodeEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
