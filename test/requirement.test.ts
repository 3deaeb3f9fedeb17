// Skips are loud: named, counted, and failures where they are demanded.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireCommands, requirement } from "./requirement.ts";
import { ROOT } from "./workspace-packages.ts";

// Inside the workspace, so that vitest and the test file find their modules.
const folder = join(ROOT, "test", `.requirement-${String(process.pid)}`);
const config = join(folder, "vitest.config.ts");

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(
    join(folder, "sample.test.ts"),
    `import { it } from "vitest";
     import { requirement } from "../requirement.ts";
     requirement("debian", "warp-drive", () => false).describe("ship", () => {
       it("flies", () => {});
       it("lands", () => {});
     });
     requirement("root", "oxygen", () => true).describe("crew", () => {
       it("breathes", () => {});
     });`,
  );
  writeFileSync(
    config,
    `export default { test: { include: ["sample.test.ts"], reporters: ["default", "../../scripts/skip-reporter.ts"] } };`,
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function runSample(demanded: string): { output: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--config", config],
    { encoding: "utf8", env: { ...process.env, OPTE_REQUIRE: demanded, NO_COLOR: "1" } },
  );
  return { output: stdout + stderr, status };
}

describe("a requirement that is not met", () => {
  it("skips its tests by name, with a count and the reason, at the end of the run", () => {
    const { output, status } = runSample("");
    expect(status).toBe(0);
    expect(output).toContain("skipped 2 tests: needs warp-drive (debian): ship > flies, ship > lands");
    expect(output).toContain("1 passed");
  });

  it("fails the run where OPTE_REQUIRE names its reason", () => {
    const { output, status } = runSample("root,debian,browser");
    expect(status).toBe(1);
    expect(output).toContain("warp-drive (debian) is missing on this machine");
    expect(output).not.toContain("skipped 2 tests");
  });

  it("stays a skip where OPTE_REQUIRE names other reasons", () => {
    expect(runSample("root,browser").status).toBe(0);
  });
});

describe("a requirement", () => {
  it("of commands is met when each is found", () => {
    expect(requireCommands("sh", "cat").met).toBe(true);
    expect(requireCommands("sh", "no-such-command").met).toBe(false);
  });

  it("is labelled with what is needed and why it may be missing", () => {
    expect(requirement("browser", "chromium", () => true).label).toBe("chromium (browser)");
  });
});
