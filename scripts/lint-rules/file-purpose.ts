// A file opens with a sentence that says what it is for, and is named by a plain noun.

import { createRule, isTestFile, type HouseRule } from "./rule.ts";

// `x.threaded.ts` and `x.no-probes.ts` stand in for `x.ts` in the builds that those export conditions select.
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:threaded|no-probes))?(?:\.(?:test|bench))?\.ts$/;
const EMPTY_NOUN = /(?:^|-)(?:utils?|helpers?|managers?|misc|common|stuff)(?=[.-])/;

/** Requires a comment as the first thing in a file that is no test, and a file name in kebab-case without an empty noun. */
export const filePurpose: HouseRule<"purpose" | "name"> = createRule({
  name: "file-purpose",
  meta: {
    type: "suggestion",
    docs: { description: "A file says in its first line what it is for" },
    messages: {
      purpose:
        "File without a purpose: open it with a comment of one sentence that says what it is for (CONTRIBUTING.md)",
      name: 'File name "{{name}}" is not a kebab-case noun that tells its subject (CONTRIBUTING.md)',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    return {
      Program(node): void {
        const name = context.filename.split(/[\\/]/).at(-1) ?? "";
        if (!KEBAB_CASE.test(name) || EMPTY_NOUN.test(name))
          context.report({ node, messageId: "name", data: { name } });
        if (isTestFile(context.filename)) return;
        // Whatever stands above the comment, a shebang apart, would be read before the purpose.
        const opening = /^(?:#![^\n]*\n)?\s*(\/\/|\/\*)/.test(context.sourceCode.text);
        if (!opening) context.report({ node, messageId: "purpose" });
      },
    };
  },
});
