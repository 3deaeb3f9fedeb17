// Imports between packages follow the package graph, and only through a published entry.

import { PACKAGES, STRICT_FOLDERS, type Entry } from "../package-graph.ts";
import { createRule, type HouseRule, isTestFile, onEachImport, resolveRelative, workspaceFile } from "./rule.ts";

// The one file outside of all packages that their tests share.
const TEST_SUPPORT = "test/requirement.js";

/**
 * Forbids imports of our own packages that the graph does not allow, and relative imports that leave package or strict folder. Tests may
 * use the test support of packages that theirs may import.
 */
export const packageGraph: HouseRule<"against" | "leaves"> = createRule({
  name: "package-graph",
  meta: {
    type: "problem",
    docs: { description: "Imports between packages follow the package graph" },
    messages: {
      against:
        'Import of "{{specifier}}" is against the package graph: {{place}} may import {{allowed}} (CONTRIBUTING.md)',
      leaves: 'Import of "{{specifier}}" leaves {{place}} (CONTRIBUTING.md)',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const file = workspaceFile(context.filename);
    const rule = Object.values(PACKAGES).find((candidate) => candidate.folder === file?.folder);
    if (file === undefined || rule === undefined) return {};
    const fullPath = `packages/${file.folder}/${file.path}`;
    const strict = STRICT_FOLDERS.find((folder) => fullPath.startsWith(`${folder.path}/`));
    const place = strict?.path ?? `packages/${file.folder}`;
    const mayImport: readonly Entry[] = strict?.mayImport ?? rule.mayImport;

    return onEachImport((specifier, node) => {
      if (specifier.startsWith(".")) {
        const target = resolveRelative(fullPath, specifier);
        if (isTestFile(fullPath) && (target === TEST_SUPPORT || isTestSupport(target, mayImport))) return;
        if (!target.startsWith(`${place}/`)) context.report({ node, messageId: "leaves", data: { specifier, place } });
      } else if (isOurs(specifier) && !mayImport.includes(specifier)) {
        const allowed = mayImport.length === 0 ? "none of ours" : mayImport.join(", ");
        context.report({ node, messageId: "against", data: { specifier, place, allowed } });
      }
    });
  },
});

/** Whether `target` is what the tests of a package below are made with. */
function isTestSupport(target: string, mayImport: readonly Entry[]): boolean {
  return mayImport.some((entry) => {
    const below = PACKAGES[entry];
    return below !== undefined && target.startsWith(`packages/${below.folder}/test/`);
  });
}

function isOurs(specifier: string): boolean {
  return specifier.split("/")[0] !== undefined && Object.hasOwn(PACKAGES, specifier.split("/")[0] ?? "");
}
