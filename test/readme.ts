// The runnable examples of README files.

const FENCE = /^```js\n([\s\S]*?)^```$/m;

/** The first block of a README that is marked `js`; `undefined` when it has none. */
export function firstExample(readme: string): string | undefined {
  return FENCE.exec(readme)?.[1];
}
