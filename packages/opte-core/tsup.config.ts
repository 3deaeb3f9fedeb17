import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Options } from "tsup";

const common = {
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

// Two builds with one set of declarations: the second is what the export condition `opte-threaded` selects.
export default defineConfig([
  { ...common, dts: true, clean: ["!threaded/**"] },
  { ...common, outDir: "dist/threaded", clean: true, esbuildPlugins: [standIns("threaded")] },
]);
