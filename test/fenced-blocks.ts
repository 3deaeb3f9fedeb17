// The fenced code blocks of Markdown documents: what tests compile, run and compare.

/** One block, fences left out. */
export interface FencedBlock {
  /** First word behind the opening fence, `ts`; empty where there is none. */
  readonly language: string;
  /** Second word: the path of a file that the block shows, or `output`; empty where there is none. */
  readonly label: string;
  /** Its lines, each with its line end. */
  readonly text: string;
}

/** The blocks of a document in order, without those that are indented. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  return [...markdown.matchAll(/^```(\w*)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", label = "", text = ""]) => ({ language, label, text }),
  );
}
