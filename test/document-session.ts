// Console sessions of documents, run on the built programs in a folder of their own.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runSession, type SessionStep, sessionSteps } from "./console-session.ts";
import { fencedBlocks } from "./fenced-blocks.ts";
import { ROOT } from "./workspace-packages.ts";

const PROGRAMS = [
  ["opteadm", "packages/opteadm/dist/cli.js"],
  ["xded", "packages/xde-binding/dist/xded.js"],
] as const;

/** The session of a document: all its `console` blocks together. */
export class DocumentSession {
  readonly steps: readonly SessionStep[];
  #folder: string | undefined;

  /**
   * @param document its path in the repository
   * @param replacements texts that are others where the session runs, such as ports that others may have taken
   */
  constructor(document: string, replacements: readonly (readonly [from: string, to: string])[] = []) {
    const markdown = readFileSync(join(ROOT, document), "utf8");
    const replaced = replacements.reduce((text, [from, to]) => text.replaceAll(from, to), markdown);
    this.steps = fencedBlocks(replaced)
      .filter(({ language }) => language === "console")
      .flatMap(({ text }) => sessionSteps(text));
  }

  /** Declares a test for each step: that it prints what the document says. The steps run beforehand, in order. */
  declareTests(): void {
    let printed: string[] = [];
    beforeAll(async () => {
      printed = await this.#run();
    }, 120_000);
    afterAll(() => {
      if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    });
    it.each(this.steps.map((step, i) => ({ ...step, i })))("$command", ({ output, i }) => {
      expect(printed[i]).toBe(output);
    });
  }

  /** @returns for each step, what it has printed */
  #run(): Promise<string[]> {
    this.#folder = mkdtempSync(join(tmpdir(), "session-"));
    const [bin, work] = [join(this.#folder, "bin"), join(this.#folder, "work")];
    mkdirSync(bin);
    mkdirSync(work);
    for (const [name, path] of PROGRAMS) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, path)}' "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };
    return runSession(
      this.steps.map(({ command }) => command),
      { cwd: work, env },
    );
  }
}
