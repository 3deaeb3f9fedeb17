// The imports between the source files of a package, and the cycles in them.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import ts from "typescript";

/** Files by path relative to the root, with the files of the same root that each imports; type imports count. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of every `.ts` file below a folder, tests apart. */
export function readImportGraph(root: string): ImportGraph {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?!.*\.(?:test|bench)\.ts$).*\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
  return new Map(
    paths.map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      const targets = ts
        .preProcessFile(text, true, true)
        .importedFiles.map((imported) => imported.fileName)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts"));
      return [path, [...new Set(targets)]];
    }),
  );
}

/** Finds one cycle for every group of files that import each other, each starting and ending with the same file. */
export function importCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}
