// The checker is not argued with in a comment: the code changes, or the rule does, for everybody.

import { createRule, isTestFile, type HouseRule } from "./rule.ts";

const SUPPRESSION = /^[\s*/]*(eslint-(?:disable|enable)(?:-next-line|-line)?|@ts-(?:ignore|nocheck|expect-error))\b/;

/** Forbids comments that switch a check off. Tests may state a type error that they expect, as `@ts-expect-error: <reason>`. */
export const noSuppression: HouseRule<"suppression"> = createRule({
  name: "no-suppression",
  meta: {
    type: "problem",
    docs: { description: "No comment switches a check off" },
    messages: {
      suppression:
        "Comment `{{directive}}` switches a check off: change the code, or the rule for everybody (CONTRIBUTING.md)",
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const inTest = isTestFile(context.filename);
    return {
      Program(): void {
        for (const comment of context.sourceCode.getAllComments()) {
          const directive = SUPPRESSION.exec(comment.value)?.[1];
          if (directive === undefined) continue;
          if (inTest && /@ts-expect-error: \S/.test(comment.value)) continue;
          context.report({ loc: comment.loc, messageId: "suppression", data: { directive } });
        }
      },
    };
  },
});
