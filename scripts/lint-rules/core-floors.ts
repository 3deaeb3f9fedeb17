// Inside opte-core imports run down the floors, never up.

import { CORE_FLOORS, CORE_GROUND } from "../package-graph.ts";
import { createRule, type HouseRule, isTestFile, onEachImport, resolveRelative, workspaceFile } from "./rule.ts";

const SOURCE_ROOT = "src/";

/**
 * Forbids imports of opte-core that run up its floors. Files directly under `src/` are the roof and may import anything, and
 * so may tests, which look at a room from outside.
 */
export const coreFloors: HouseRule<"upward" | "unknown"> = createRule({
  name: "core-floors",
  meta: {
    type: "problem",
    docs: { description: "Imports inside opte-core run downward" },
    messages: {
      upward: "Import from {{to}}/ into {{from}}/ runs upward: the floors are {{floors}} (CONTRIBUTING.md)",
      unknown: 'Folder "{{from}}" has no floor: the floors are {{floors}} (scripts/package-graph.ts)',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const file = workspaceFile(context.filename);
    if (file?.folder !== "opte-core" || !file.path.startsWith(SOURCE_ROOT) || isTestFile(file.path)) return {};
    const from = floorOf(file.path);
    if (from === undefined) return {};
    const floors = CORE_FLOORS.join(" > ");
    if (from !== GROUND && !CORE_FLOORS.includes(from)) {
      return {
        Program(node): void {
          context.report({ node, messageId: "unknown", data: { from, floors } });
        },
      };
    }
    return onEachImport((specifier, node) => {
      if (!specifier.startsWith(".")) return;
      const to = floorOf(resolveRelative(file.path, specifier));
      if (to === GROUND || to === from) return;
      const rises = to === undefined || from === GROUND || CORE_FLOORS.indexOf(to) < CORE_FLOORS.indexOf(from);
      if (rises) context.report({ node, messageId: "upward", data: { from, to: to ?? "src", floors } });
    });
  },
});

const GROUND = "ground";

/** The floor of a path below `src/`; `undefined` for the files of the roof. */
function floorOf(path: string): string | undefined {
  if (!path.startsWith(SOURCE_ROOT)) return undefined;
  const [head, ...rest] = path.slice(SOURCE_ROOT.length).split("/");
  if (head === undefined) return undefined;
  if (rest.length > 0) return head;
  return CORE_GROUND.includes(head.split(".")[0] ?? "") ? GROUND : undefined;
}
