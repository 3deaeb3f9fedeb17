// The runnable examples of README files.

import { fencedBlocks } from "./fenced-blocks.ts";

/** The first block of a README that is marked `js`; `undefined` when it has none. */
export function firstExample(readme: string): string | undefined {
  return fencedBlocks(readme).find(({ language }) => language === "js")?.text;
}
