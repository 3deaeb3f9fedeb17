// A type assertion is a promise to the compiler: it must say why it always holds.

import { AST_NODE_TYPES, type TSESTree } from "@typescript-eslint/utils";
import { createRule, type HouseRule } from "./rule.ts";

const REASON = /(?:^|\s|\*)Unwrap: *\S/;

/** Forbids `as T` and `<T>x` without a comment `Unwrap: <reason>` on the line or directly above; `as const` is free. */
export const noUnexplainedAssertion: HouseRule<"unexplained"> = createRule({
  name: "no-unexplained-assertion",
  meta: {
    type: "problem",
    docs: { description: "A type assertion needs a comment that says why it always holds" },
    messages: {
      unexplained:
        "Type assertion without a reason: narrow the type, or write `Unwrap: <why it always holds>` on this line or directly above (CONTRIBUTING.md, Unwrap)",
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const explained = explainedLines(context.sourceCode.getAllComments());
    const check = (node: TSESTree.TSAsExpression | TSESTree.TSTypeAssertion): void => {
      if (isConst(node.typeAnnotation)) return;
      for (let line = node.loc.start.line; line <= node.loc.end.line; line += 1) if (explained.has(line)) return;
      context.report({ node, messageId: "unexplained" });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
});

function isConst(type: TSESTree.TypeNode): boolean {
  return (
    type.type === AST_NODE_TYPES.TSTypeReference &&
    type.typeName.type === AST_NODE_TYPES.Identifier &&
    type.typeName.name === "const"
  );
}

/** Lines on which an assertion may stand: those of each `Unwrap:` comment, and the one below the comment block that it is in. */
function explainedLines(comments: readonly TSESTree.Comment[]): ReadonlySet<number> {
  const lines = new Set<number>();
  comments.forEach((comment, index) => {
    if (!REASON.test(comment.value)) return;
    let end = comment.loc.end.line;
    for (const next of comments.slice(index + 1)) {
      if (next.loc.start.line !== end + 1) break;
      end = next.loc.end.line;
    }
    for (let line = comment.loc.start.line; line <= end + 1; line += 1) lines.add(line);
  });
  return lines;
}
