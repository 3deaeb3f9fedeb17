import { TSESLint } from "@typescript-eslint/utils";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";
import { rules } from "./index.ts";

interface Accepted {
  readonly name?: string;
  readonly code: string;
  readonly filename?: string;
}

interface Rejected extends Accepted {
  /** Message ids, in order. */
  readonly errors: readonly string[];
}

/** Lints one text with one house rule, as eslint.config.js does, and gives the ids of its messages. */
function lint(rule: string, { code, filename = "packages/opte-core/src/file.ts" }: Accepted): (string | undefined)[] {
  const messages = new TSESLint.Linter({ configType: "flat" }).verify(
    code,
    {
      files: ["**/*.ts"],
      plugins: { house: { rules } },
      rules: { [`house/${rule}`]: "error" },
      languageOptions: { parser: tseslint.parser },
      linterOptions: { noInlineConfig: true },
    },
    { filename },
  );
  // ESLint's own remark that an inline comment has no effect belongs to no rule.
  return messages
    .filter((message) => message.ruleId !== null || message.fatal === true)
    .map((message) => message.messageId);
}

function ruleCases(rule: string, valid: readonly Accepted[], invalid: readonly Rejected[]): void {
  const title = ({ name, code, filename }: Accepted): string =>
    [name, JSON.stringify(code), filename === undefined ? "" : `in ${filename}`].filter(Boolean).join(" ");
  describe(rule, () => {
    for (const accepted of valid) {
      it(`accepts ${title(accepted)}`, () => {
        expect(lint(rule, accepted)).toEqual([]);
      });
    }
    for (const rejected of invalid) {
      it(`rejects ${title(rejected)}`, () => {
        expect(lint(rule, rejected)).toEqual(rejected.errors);
      });
    }
  });
}

ruleCases(
  "no-unexplained-assertion",
  [
    { name: "as const is free", code: "const a = [1] as const;" },
    { name: "satisfies asserts nothing", code: "const a = 1 satisfies number;" },
    { name: "reason on the line", code: "const a = b as number; // Unwrap: b was checked by parse" },
    { name: "reason directly above", code: "// Unwrap: i < length\nconst a = b as number;" },
    { name: "reason in a block comment above", code: "/* Unwrap: i < length */\nconst a = b as number;" },
    {
      name: "reason that goes on for a second line",
      code: "// Unwrap: i < length, because\n// the loop says so\nconst a = b as number;",
    },
    { name: "reason inside a longer expression", code: "const a = f(\n  // Unwrap: never empty\n  b as number,\n);" },
  ],
  [
    { name: "bare assertion", code: "const a = b as number;", errors: ["unexplained"] },
    { name: "angle brackets", code: "const a = <number>b;", errors: ["unexplained"] },
    { name: "double assertion", code: "const a = b as unknown as number;", errors: ["unexplained", "unexplained"] },
    { name: "comment of another kind", code: "// b is a number\nconst a = b as number;", errors: ["unexplained"] },
    { name: "reason left out", code: "const a = b as number; // Unwrap:", errors: ["unexplained"] },
    { name: "reason two lines above", code: "// Unwrap: why\n\nconst a = b as number;", errors: ["unexplained"] },
    {
      name: "reason for the line before only",
      code: "// Unwrap: why\nconst a = b as X;\nconst c = d as X;",
      errors: ["unexplained"],
    },
    { name: "the word in running text", code: "const a = b as number; // we unwrap: sure", errors: ["unexplained"] },
  ],
);

ruleCases(
  "no-suppression",
  [
    { name: "plain comment", code: "// eslint is strict here\nf();", filename: "packages/opte-core/src/a.ts" },
    {
      name: "expected type error of a test, with its reason",
      code: "// @ts-expect-error: a port takes no string\nf('x');",
      filename: "packages/opte-core/src/a.test.ts",
    },
  ],
  [
    { name: "eslint-disable", code: "/* eslint-disable */\nf();", errors: ["suppression"] },
    { name: "eslint-disable-line", code: "f(); // eslint-disable-line no-console", errors: ["suppression"] },
    { name: "eslint-disable-next-line", code: "// eslint-disable-next-line\nf();", errors: ["suppression"] },
    { name: "@ts-ignore", code: "// @ts-ignore\nf();", errors: ["suppression"] },
    { name: "@ts-nocheck", code: "// @ts-nocheck\nf();", errors: ["suppression"] },
    {
      name: "@ts-expect-error in a source",
      code: "// @ts-expect-error: why\nf();",
      filename: "packages/opte-core/src/a.ts",
      errors: ["suppression"],
    },
    {
      name: "@ts-expect-error without a reason in a test",
      code: "// @ts-expect-error\nf();",
      filename: "packages/opte-core/src/a.test.ts",
      errors: ["suppression"],
    },
  ],
);

const inPackage = (path: string, specifier: string): { code: string; filename: string } => ({
  code: `import { x } from "${specifier}";`,
  filename: `packages/${path}`,
});

ruleCases(
  "package-graph",
  [
    inPackage("opte-core/src/port/port.ts", "opte-api"),
    inPackage("opte-core/src/port/port.ts", "../layer/layer.js"),
    inPackage("opte-core/test/port.test.ts", "../src/index.js"),
    inPackage("sim/test/replay.test.ts", "../../../test/requirement.js"),
    inPackage("xde-binding/test/guest.ts", "../../oxide-vpc/test/frames.js"),
    inPackage("xde-binding/src/device/xde.test.ts", "../../../oxide-vpc/test/frames.js"),
    inPackage("oxide-vpc/src/vpc.ts", "opte-core"),
    inPackage("oxide-vpc/src/api/mapping.ts", "valibot"),
    inPackage("oxide-vpc/src/nat.ts", "./api/mapping.js"),
    inPackage("opteadm/src/cli.ts", "oxide-vpc/api"),
    inPackage("opteadm/src/cli.ts", "xde-binding"),
    inPackage("sim/src/replay.ts", "xde-binding"),
    inPackage("sim/src/replay.ts", "node:fs"),
    { code: 'export * from "opte-api";', filename: "packages/opte-core/src/index.ts" },
  ],
  [
    { ...inPackage("opte-api/src/mac.ts", "opte-core"), errors: ["against"] },
    { ...inPackage("opte-core/src/port/port.ts", "oxide-vpc"), errors: ["against"] },
    { ...inPackage("opte-core/src/port/port.ts", "opte-api/codec"), errors: ["against"] },
    { ...inPackage("opte-core/src/port/port.ts", "opte-api/dist/index.js"), errors: ["against"] },
    { ...inPackage("opte-core/src/port/port.ts", "../../../opte-api/src/index.js"), errors: ["leaves"] },
    { ...inPackage("sim/src/replay.ts", "../../../test/requirement.js"), errors: ["leaves"] },
    { ...inPackage("sim/test/replay.test.ts", "../../../test/readme.js"), errors: ["leaves"] },
    { ...inPackage("xde-binding/src/device/xde.ts", "../../../oxide-vpc/test/frames.js"), errors: ["leaves"] },
    { ...inPackage("xde-binding/src/device/xde.test.ts", "../../../oxide-vpc/src/nat.js"), errors: ["leaves"] },
    { ...inPackage("oxide-vpc/test/vpc.test.ts", "../../xde-binding/test/guest.js"), errors: ["leaves"] },
    { ...inPackage("opte-core/src/port/port.test.ts", "opte-sim"), errors: ["against"] },
    { ...inPackage("oxide-vpc/src/vpc.ts", "xde-binding"), errors: ["against"] },
    { ...inPackage("oxide-vpc/src/api/mapping.ts", "opte-core"), errors: ["against"] },
    { ...inPackage("oxide-vpc/src/api/mapping.ts", "../nat.js"), errors: ["leaves"] },
    { ...inPackage("xde-binding/src/xde.ts", "opteadm"), errors: ["against"] },
    { ...inPackage("opteadm/src/cli.ts", "opte-core"), errors: ["against"] },
    { ...inPackage("opteadm/src/cli.ts", "oxide-vpc"), errors: ["against"] },
    { ...inPackage("sim/src/replay.ts", "opteadm"), errors: ["against"] },
    { code: 'export { x } from "opteadm";', filename: "packages/sim/src/a.ts", errors: ["against"] },
    { code: 'export * from "opteadm";', filename: "packages/sim/src/a.ts", errors: ["against"] },
    { code: 'const a = await import("opteadm");', filename: "packages/sim/src/a.ts", errors: ["against"] },
    { code: 'type A = import("opteadm").A;', filename: "packages/sim/src/a.ts", errors: ["against"] },
  ],
);

const inCore = (path: string, specifier: string): { code: string; filename: string } =>
  inPackage(`opte-core/src/${path}`, specifier);

ruleCases(
  "core-floors",
  [
    inCore("port/port.ts", "../layer/layer.js"),
    inCore("port/port.ts", "./pipeline.js"),
    inCore("hairpin/dhcp4/server.ts", "../../packet/bytes.js"),
    inCore("provider/probes.ts", "../verdict.js"),
    inCore("index.ts", "./port/port.js"),
    inCore("flow/flow-table.ts", "opte-api"),
    inCore("flow/flow-table.test.ts", "../port/port.js"),
    inPackage("oxide-vpc/src/flow/a.ts", "../port/port.js"),
  ],
  [
    { ...inCore("layer/layer.ts", "../port/port.js"), errors: ["upward"] },
    { ...inCore("provider/clock.ts", "../flow/flow-id.js"), errors: ["upward"] },
    { ...inCore("hairpin/dhcp4/server.ts", "../../rule/rule.js"), errors: ["upward"] },
    { ...inCore("packet/parse.ts", "../index.js"), errors: ["upward"] },
    { ...inCore("packet/parse.ts", "../../test/frames.js"), errors: ["upward"] },
    { ...inCore("verdict.ts", "./packet/frame.js"), errors: ["upward"] },
    { ...inCore("cellar/wine.ts", "../packet/frame.js"), errors: ["unknown"] },
  ],
);

ruleCases(
  "file-purpose",
  [
    { code: "// What a flow is.\nexport {};", filename: "src/flow-id.ts" },
    { code: "/** What a flow is. */\nexport {};", filename: "src/flow-id.ts" },
    { code: "#!/usr/bin/env node\n// The command line.\nexport {};", filename: "src/cli.ts" },
    { name: "a stand-in for another build", code: "// Gates.\nexport {};", filename: "src/gates.threaded.ts" },
    { name: "a test needs none", code: "export {};", filename: "src/flow-id.test.ts" },
  ],
  [
    { code: "export {};", filename: "src/flow-id.ts", errors: ["purpose"] },
    { code: "export {}; // late", filename: "src/flow-id.ts", errors: ["purpose"] },
    { code: "// x\nexport {};", filename: "src/flowId.ts", errors: ["name"] },
    { code: "// x\nexport {};", filename: "src/gates.other.ts", errors: ["name"] },
    { code: "// x\nexport {};", filename: "src/packet-utils.ts", errors: ["name"] },
    { code: "// x\nexport {};", filename: "src/helper.ts", errors: ["name"] },
    { code: "// x\nexport {};", filename: "src/flow-manager.test.ts", errors: ["name"] },
  ],
);
