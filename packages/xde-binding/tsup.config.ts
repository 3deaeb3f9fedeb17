import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "in-process/index": "src/in-process/index.ts",
    "program/index": "src/program/index.ts",
    xded: "src/xded.ts",
    "shard-worker": "src/shard/shard-worker.ts",
  },
  format: "esm",
  platform: "node",
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
