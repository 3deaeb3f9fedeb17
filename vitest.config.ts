// Vitest: `unit` runs the packages' own tests on their sources, `workspace` tests what is built, packed, linted and documented.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/skip-reporter.ts"],
    projects: [
      {
        resolve: {
          // Unit tests run on the sources, so that a change needs no build to be seen; what users get is tested from the packed packages.
          alias: [
            { find: /^opte-api\/codec$/, replacement: source("opte-api/src/codec/index.ts") },
            { find: /^opte-core\/testing$/, replacement: source("opte-core/src/testing/index.ts") },
            { find: /^xde-binding\/program$/, replacement: source("xde-binding/src/program/index.ts") },
            { find: /^xde-binding\/in-process$/, replacement: source("xde-binding/src/in-process/index.ts") },
            { find: /^oxide-vpc\/api$/, replacement: source("oxide-vpc/src/api/index.ts") },
            { find: /^(opte-api|opte-core|oxide-vpc|xde-binding|opteadm)$/, replacement: source("$1/src/index.ts") },
            { find: /^opte-sim$/, replacement: source("sim/src/index.ts") },
          ],
        },
        test: {
          name: "unit",
          include: ["{packages,examples}/*/{src,test}/**/*.test.ts"],
          // Properties over many random cases take seconds, and more on a busy machine; nothing here waits for a clock.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "workspace",
          include: ["{scripts,test}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
