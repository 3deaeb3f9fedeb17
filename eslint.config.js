// Lint: the strictest type-checked presets of typescript-eslint, and the house rules of CONTRIBUTING.md.

import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { rules as houseRules } from "./scripts/lint-rules/index.ts";
import { BARE_FOLDERS, PACKAGES } from "./scripts/package-graph.ts";

const TESTS = ["**/*.test.ts", "**/*.bench.ts", "packages/*/{test,bench}/**/*.ts", "test/**/*.ts"];

const barePackages = Object.values(PACKAGES).filter((rule) => rule.bare);

export default defineConfig([
  globalIgnores(["**/dist/", "**/coverage/", "**/vectors/", "**/.turbo/"]),
  {
    name: "house/typescript",
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { house: { rules: houseRules } },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
    languageOptions: {
      parserOptions: {
        // The test projects hold a package's sources and tests, so each file is checked once.
        project: ["packages/*/tsconfig.test.json", "examples/*/tsconfig.json", "tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "house/core-floors": "error",
      "house/no-suppression": "error",
      "house/no-unexplained-assertion": "error",
      "house/package-graph": "error",
      eqeqeq: "error",
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"], location: "anywhere" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // The house rule above says when an assertion may stand; the preset's rule would have it another way round.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // Numbers print the same everywhere; objects and undefined do not, and stay forbidden.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => void call()` says nothing that the arrow does not.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // Parsers loop over offsets, not over elements.
      "@typescript-eslint/prefer-for-of": "off",
      // Exports carry explicit types (isolatedDeclarations), where these two would have them inferred.
      "@typescript-eslint/consistent-generic-constructors": "off",
      "@typescript-eslint/no-inferrable-types": "off",
      // A null object implements an interface by doing nothing.
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    name: "house/sources",
    files: ["{packages,examples}/*/src/**/*.ts"],
    rules: { "house/file-purpose": "error" },
  },
  {
    name: "house/bare",
    files: [...barePackages.map((rule) => `packages/${rule.folder}/src`), ...BARE_FOLDERS].map(
      (path) => `${path}/**/*.ts`,
    ),
    ignores: TESTS,
    languageOptions: {
      // `no-undef` knows the names of ES2023 and nothing else, so no list of Node's and the DOM's names has to be kept.
      parserOptions: { lib: ["es2023"] },
      globals: {},
    },
    rules: {
      "no-undef": "error",
      "no-restricted-globals": [
        "error",
        { name: "Date", message: "Time comes from the clock provider: a bare package is deterministic." },
        { name: "globalThis", message: "A bare package knows no host." },
        { name: "Intl", message: "Print forms do not depend on the host's locale." },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Randomness comes from the random provider." },
      ],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*"], message: "A bare package knows no Node." }] },
      ],
    },
  },
  {
    name: "house/examples",
    files: ["examples/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/packages/**"], message: "An example has nothing but the public API." }] },
      ],
    },
  },
  {
    name: "house/tests",
    files: TESTS,
    rules: {
      // `expect(provider.log)` looks at a method without calling it.
      "@typescript-eslint/unbound-method": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|skipIf|fails|fixme)$/]",
          message: "Every test runs: what the machine may lack is asked for with `requirement` (CONTRIBUTING.md)",
        },
      ],
    },
  },
]);
