// What a test may ask of the machine beyond Node, npm and this clone, and what happens where it is missing.

import { spawnSync } from "node:child_process";
import { describe, it } from "vitest";

/** Why a test may be skipped; `OPTE_REQUIRE` names those, separated by commas, for which a skip is a failure. */
export type RequirementReason = "root" | "debian" | "browser" | "node";

/** Something that the machine has or has not. */
export interface Requirement {
  /** As printed: `tshark (debian)`. */
  readonly label: string;
  /** Whether the machine has it. */
  readonly met: boolean;
  /** Declares a suite that runs where the requirement is met, is skipped where not, and fails where `OPTE_REQUIRE` demands it. */
  describe(title: string, suite: () => void): void;
}

/** Asks the machine for `what`, by running `probe` once. */
export function requirement(reason: RequirementReason, what: string, probe: () => boolean): Requirement {
  const label = `${what} (${reason})`;
  const met = probe();
  const demanded = (process.env["OPTE_REQUIRE"] ?? "").split(",").includes(reason);
  return {
    label,
    met,
    describe(title, suite): void {
      const titleWithNeed = `${title} [needs ${label}]`;
      if (met || !demanded) {
        describe.runIf(met)(titleWithNeed, suite);
        return;
      }
      describe(titleWithNeed, () => {
        it(`finds ${label}, which OPTE_REQUIRE demands`, () => {
          throw new Error(
            `${label} is missing on this machine, and OPTE_REQUIRE="${process.env["OPTE_REQUIRE"] ?? ""}"`,
          );
        });
      });
    },
  };
}

/** Asks for programs of Debian's packages by the names of their commands. */
export function requireCommands(...commands: readonly string[]): Requirement {
  return requirement("debian", commands.join(", "), () =>
    commands.every((command) => spawnSync("sh", ["-c", `command -v "$0"`, command]).status === 0),
  );
}

/** Asks for Debian's Chromium. */
export function requireChromium(): Requirement {
  return requirement("browser", "chromium", () => spawnSync(CHROMIUM, ["--version"]).status === 0);
}

/** Where Debian's package puts the browser. */
export const CHROMIUM = "/usr/bin/chromium";
