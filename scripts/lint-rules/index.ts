// The house rules as an ESLint plugin.

import type { TSESLint } from "@typescript-eslint/utils";
import { coreFloors } from "./core-floors.ts";
import { filePurpose } from "./file-purpose.ts";
import { noSuppression } from "./no-suppression.ts";
import { noUnexplainedAssertion } from "./no-unexplained-assertion.ts";
import { packageGraph } from "./package-graph.ts";

/** Every house rule by name. */
export const rules: Readonly<Record<string, TSESLint.RuleModule<string>>> = {
  "core-floors": coreFloors,
  "file-purpose": filePurpose,
  "no-suppression": noSuppression,
  "no-unexplained-assertion": noUnexplainedAssertion,
  "package-graph": packageGraph,
};
