// Where a browser finds the modules that a bare specifier names: the built files of our packages, and their dependencies.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { packages, ROOT, type Manifest } from "../workspace-packages.ts";

/** An import map of HTML: URL path by module specifier. */
export interface ImportMap {
  readonly imports: Readonly<Record<string, string>>;
}

/** Conditions under which a browser looks into an exports map; the order of the map decides. */
const CONDITIONS = ["browser", "import", "default"];

/** Maps the entries of our bare packages, `extraEntries` of others, and everything that they depend on, to files below the root. */
export function browserImportMap(extraEntries: readonly string[] = []): ImportMap {
  const imports: Record<string, string> = {};
  const outside = new Set<string>();
  for (const { name, path, bare, manifest } of packages) {
    const entries = Object.keys(manifest.exports ?? {}).filter((entry) => entry !== "./package.json");
    for (const entry of entries) {
      const specifier = entry.replace(/^\./, name);
      if (bare || extraEntries.includes(specifier)) imports[specifier] = urlPath(path, manifest, entry);
    }
    if (bare) for (const dependency of Object.keys(manifest.dependencies ?? {})) outside.add(dependency);
  }
  for (const dependency of outside) {
    if (packages.some(({ name }) => name === dependency)) continue;
    const file = manifestFile(dependency);
    // Unwrap: an installed package has a package.json with an object in it.
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (resolveTarget(target) !== undefined)
        imports[entry.replace(/^\./, dependency)] = urlPath(dirname(file), manifest, entry);
    }
  }
  return { imports };
}

/** Finds a dependency's package.json by walking up, because an exports map may hide it from `resolve`. */
function manifestFile(dependency: string): string {
  const folders = createRequire(join(ROOT, "package.json")).resolve.paths(dependency) ?? [];
  const found = folders.map((folder) => join(folder, dependency, "package.json")).find((file) => tryRead(file));
  if (found === undefined) throw new Error(`Package "${dependency}" is not installed at the root`);
  return found;
}

function tryRead(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function urlPath(folder: string, manifest: Manifest, entry: string): string {
  const target = resolveTarget(manifest.exports?.[entry]);
  if (target === undefined) throw new Error(`Package "${manifest.name}" has no "${entry}" for browsers`);
  return `/${relative(ROOT, join(folder, target)).split(sep).join("/")}`;
}

function resolveTarget(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? resolveTarget(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
