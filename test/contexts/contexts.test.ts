// One program, one input, one result: in every supported Node, in a worker and in a browser, from the built files.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { requireChromium, requirement } from "../requirement.ts";
import { ROOT } from "../workspace-packages.ts";
import { chromiumPage, nodeProcess, nodeWorker } from "./contexts.ts";
import { browserImportMap } from "./import-map.ts";

const TEXT = 'ünïcödé \u2028 "quoted"';
const CAPTURES = join(ROOT, "packages/sim/captures");
const CONFIG: unknown = JSON.parse(readFileSync(join(CAPTURES, "port.json"), "utf8"));
const INPUT = JSON.stringify({
  text: TEXT,
  capture: readFileSync(join(CAPTURES, "guest.pcapng"), "base64"),
  config: CONFIG,
});

let expected: string;

beforeAll(async () => {
  expected = await nodeProcess(process.execPath)(INPUT);
});

describe("the built bare packages give the same result", () => {
  it("that shows the text, each package and the replay of the recorded guest", () => {
    expect(JSON.parse(expected)).toMatchObject({
      text: TEXT,
      surface: [{ name: "opteApi" }, { name: "opteCore" }, { name: "oxideVpc" }, { name: "oxideVpcApi" }],
      summary: { packets: 154 },
    });
  });

  it("in a Node worker", async () => {
    expect(await nodeWorker(INPUT)).toBe(expected);
  });

  for (const major of [22, 24, 26]) {
    const executable = nodeExecutable(major);
    requirement("node", `Node ${String(major)}`, () => executable !== undefined).describe("in a Node process", () => {
      it(`of version ${String(major)}`, async () => {
        expect(await nodeProcess(executable ?? "")(INPUT)).toBe(expected);
      });
    });
  }

  requireChromium().describe("in headless Chromium", () => {
    it("over an import map", async () => {
      expect(await chromiumPage(INPUT)).toBe(expected);
    });
  });
});

describe("the import map for browsers", () => {
  it("maps every entry of the bare packages to a built file", () => {
    const { imports } = browserImportMap();
    expect(imports["opte-api"]).toBe("/packages/opte-api/dist/index.js");
    expect(imports["oxide-vpc/api"]).toBe("/packages/oxide-vpc/dist/api/index.js");
  });

  it("has no entry of a package for Node", () => {
    expect(
      Object.keys(browserImportMap().imports).filter((name) => /^(?:xde-binding|opteadm|opte-sim)/.test(name)),
    ).toEqual([]);
  });
});

/** This Node, or the one that `OPTE_NODE22` or the like names, when it is of the version asked for. */
function nodeExecutable(major: number): string | undefined {
  return [process.env[`OPTE_NODE${String(major)}`], process.execPath].find((path) => {
    if (path === undefined) return false;
    return spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.startsWith(`v${String(major)}.`);
  });
}
