import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/replay/index.ts", "src/cli.ts"],
  format: "esm",
  platform: "node",
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
