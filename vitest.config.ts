import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources, so that a change needs no build to be seen; what users get is tested from the packed packages.
    alias: [
      { find: /^oxide-vpc\/api$/, replacement: source("oxide-vpc/src/api/index.ts") },
      { find: /^(opte-api|opte-core|oxide-vpc|xde-binding|opteadm)$/, replacement: source("$1/src/index.ts") },
      { find: /^opte-sim$/, replacement: source("sim/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts"],
  },
});
