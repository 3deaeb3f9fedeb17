import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/codec/index.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
