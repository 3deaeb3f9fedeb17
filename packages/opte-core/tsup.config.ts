import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig, type Options } from "tsup";

/**
 * Makes constants of a bundle constant again. esbuild writes `var` for them, and what a chunk imports or exports is a variable too: V8 folds
 * neither away, but reads it anew at each use. A hit in the unified flow table takes a third longer with variables. No module of ours has
 * a top-level variable that changes, so the code goes by constants of its own, and the names at its borders are others. Lines stay.
 */
const constants: NonNullable<Options["plugins"]>[number] = {
  name: "constants",
  renderChunk: (code) => ({
    code: code
      .replace(/^var (?=[\w$]+ = )/gm, "const ")
      .replace(/^import \{([\w$\s,]+)\} from ("\.[^"]+");$/gm, (_, list: string, from: string) => {
        const items = itemsOf(list);
        const imports = list.replace(ITEM, (__, first: string, last = first) => `${first} as ${last}$in`);
        return `import {${imports}} from ${from}; const ${items.map(({ last }) => `${last} = ${last}$in`).join(", ")};`;
      })
      .replace(/^export \{([\w$\s,]+)\};$/m, (_, list: string) => {
        const copies = itemsOf(list).map(({ first }) => `${first}$out = ${first}`);
        const exports = list.replace(ITEM, (__, first: string, last = first) => `${first}$out as ${last}`);
        return `const ${copies.join(", ")}; export {${exports}};`;
      }),
  }),
};

/** `name`, or `name as other`. */
const ITEM = /([\w$]+)(?: as ([\w$]+))?/g;

/** What stands on either side of a border, for each name of a list. */
function itemsOf(list: string): { readonly first: string; readonly last: string }[] {
  return [...list.matchAll(ITEM)].map(([, first = "", last = first]) => ({ first, last }));
}

const common = {
  plugins: [constants],
  entry: ["src/index.ts", "src/testing/index.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  sourcemap: true,
  splitting: true,
} satisfies Options;

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** For a build of its own, lets `x.<context>.ts` stand in for every `x.ts` that has such a file beside it. */
function standIns(context: string): Plugin {
  return {
    name: `stand-ins-${context}`,
    setup(build): void {
      build.onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
        const standIn = join(resolveDir, path.replace(/\.js$/, `.${context}.ts`));
        return existsSync(standIn) ? { path: standIn } : undefined;
      });
    },
  };
}

/** Makes the switch in front of every probe point a name that `define` knows: the compiler folds no imported constant away. */
const switchOffProbes: Plugin = {
  name: "no-probes",
  setup(build): void {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(SWITCH_IMPORT, ""), loader: "ts" };
    });
  },
};

const SWITCH_IMPORT = /import \{ PROBES \} from "[./]*\/provider\/probe-switch\.js";/;

/** Folding needs the syntax minified; names and lines stay, so that stacks can be read without a map, which would name the probes. */
const withoutProbes = {
  ...common,
  sourcemap: false,
  clean: true,
  define: { PROBES: "false" },
  esbuildOptions(options): void {
    options.minifySyntax = true;
  },
} satisfies Options;

// One set of declarations, and a build for each export condition: `opte-threaded`, `opte-no-probes`, and both.
export default defineConfig([
  { ...common, dts: true, clean: ["!threaded/**", "!no-probes/**", "!no-probes-threaded/**"] },
  { ...common, outDir: "dist/threaded", clean: true, esbuildPlugins: [standIns("threaded")] },
  { ...withoutProbes, outDir: "dist/no-probes", esbuildPlugins: [switchOffProbes] },
  { ...withoutProbes, outDir: "dist/no-probes-threaded", esbuildPlugins: [switchOffProbes, standIns("threaded")] },
]);
