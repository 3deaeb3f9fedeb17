// What the house rules share: their creator, and the place of a file in the workspace.

import { AST_NODE_TYPES, ESLintUtils, type TSESLint, type TSESTree } from "@typescript-eslint/utils";

/** Makes a rule; `context.options` are not used by any house rule, so that a rule means the same everywhere. */
export const createRule: ReturnType<typeof ESLintUtils.RuleCreator> = ESLintUtils.RuleCreator(
  () => "CONTRIBUTING.md#house-rules",
);

/** A house rule with its message ids. */
export type HouseRule<MessageId extends string> = TSESLint.RuleModule<MessageId>;

/** Where a linted file stands: `packages/opte-core/src/port/port.ts` becomes `{ folder: "opte-core", path: "src/port/port.ts" }`. */
export interface WorkspaceFile {
  /** Folder below `packages/`. */
  readonly folder: string;
  /** Path inside that folder, with `/`. */
  readonly path: string;
}

/** Finds the package that a file belongs to; `undefined` outside `packages/`. */
export function workspaceFile(filename: string): WorkspaceFile | undefined {
  const match = /(?:^|\/)packages\/([^/]+)\/(.+)$/.exec(filename.replaceAll("\\", "/"));
  const folder = match?.[1];
  const path = match?.[2];
  return folder === undefined || path === undefined ? undefined : { folder, path };
}

/** Whether a file is a test, a benchmark or what they share. */
export function isTestFile(filename: string): boolean {
  return /\.(?:test|bench)\.ts$|(?:^|\/)(?:test|bench)\//.test(filename.replaceAll("\\", "/"));
}

/** Resolves a relative import specifier against the importing file's path, both inside one package; `..` may lead out of it. */
export function resolveRelative(fromPath: string, specifier: string): string {
  const parts = fromPath.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") {
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (step !== ".") {
      parts.push(step);
    }
  }
  return parts.join("/");
}

/** Calls `check` with every module specifier of a file: imports, re-exports and `import()` with a literal. */
export function onEachImport(
  check: (specifier: string, node: TSESTree.Node) => void,
): Readonly<Record<string, (node: never) => void>> {
  const visit = (node: { readonly source: TSESTree.Node | null }): void => {
    if (node.source?.type === AST_NODE_TYPES.Literal && typeof node.source.value === "string")
      check(node.source.value, node.source);
  };
  return {
    ImportDeclaration: (node: TSESTree.ImportDeclaration): void => {
      visit(node);
    },
    ExportNamedDeclaration: (node: TSESTree.ExportNamedDeclaration): void => {
      visit(node);
    },
    ExportAllDeclaration: (node: TSESTree.ExportAllDeclaration): void => {
      visit(node);
    },
    ImportExpression: (node: TSESTree.ImportExpression): void => {
      visit(node);
    },
    TSImportType: (node: TSESTree.TSImportType): void => {
      visit(node);
    },
  };
}
