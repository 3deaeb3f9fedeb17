// The packages of this workspace as the tests of the workspace see them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKAGES } from "../scripts/package-graph.ts";

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** What an entry of an exports map leads to: a file, or the targets of conditions. */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget };

/** The fields of a package.json that the tests look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly files?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One package of ours. */
export interface WorkspacePackage {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly path: string;
  readonly bare: boolean;
  readonly mayImport: readonly string[];
  readonly manifest: Manifest;
}

/** Every package, from the bottom of the package graph up. */
export const packages: readonly WorkspacePackage[] = Object.entries(PACKAGES).map(([name, rule]) => {
  const path = join(ROOT, "packages", rule.folder);
  // Unwrap: npm refuses to install a workspace whose package.json is no such object, and the tests check each field they need.
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
  return { name, path, bare: rule.bare, mayImport: rule.mayImport, manifest };
});

/** A file that an entry leads to, and the conditions under which it does. */
export interface ExportedFile {
  readonly conditions: readonly string[];
  readonly file: string;
}

/** Every file that an entry leads to, conditions within conditions included. */
export function exportedFiles(target: ExportTarget, conditions: readonly string[] = []): readonly ExportedFile[] {
  if (typeof target === "string") return [{ conditions, file: target }];
  return Object.entries(target).flatMap(([condition, inner]) => exportedFiles(inner, [...conditions, condition]));
}
