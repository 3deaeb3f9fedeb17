// The code of a hit stays compiled once it is warm. Needs built packages.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./workspace-packages.ts";

/** Lines that V8 prints for code that it has to give up. */
const GIVEN_UP = /^\[bailout \(kind: ([^,]+), reason: (.*?)\): begin.*<JSFunction ([^ >]*)/;

describe("the code of a hit", () => {
  const script = join(ROOT, "bench/hot-path.ts");
  // No collection may happen meanwhile: it would take garbage away before it is counted
  const roomy = ["--min-semi-space-size=256", "--max-semi-space-size=256"];
  const flags = ["--expose-gc", "--trace-deopt", ...roomy];
  const output = execFileSync(process.execPath, [...flags, script], { encoding: "utf8" });
  const steady = output.split("STEADY\n")[1] ?? "";

  it("is not given up and compiled anew, over two million packets of all kinds", () => {
    const givenUp = steady.split("\n").flatMap((line) => {
      const [, kind, reason, name] = GIVEN_UP.exec(line) ?? [];
      // The loop of the script itself goes on in better code, which is no loss
      return name === undefined || reason?.includes("OSR") === true ? [] : [`${name}: ${kind ?? ""}, ${reason ?? ""}`];
    });
    expect(steady).toContain("GROWN");
    // One late correction may be: a loop would show the same function again and again
    const repeated = givenUp.filter((line, i) => givenUp.indexOf(line) !== i);
    expect(repeated).toEqual([]);
    expect(givenUp.length).toBeLessThanOrEqual(2);
  });

  it("leaves no garbage, not so much as the number that a clock returns", () => {
    const [, grown = "NaN", packets = "NaN"] = /GROWN (-?\d+) bytes in (\d+) packets/.exec(steady) ?? [];
    // The least that can be made is an object of 12 bytes
    expect(Number(grown) / Number(packets)).toBeLessThan(2);
  });
});
