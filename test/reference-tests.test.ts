// The list of the reference's tests (docs/reference-tests.md): each names a test that there is.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./workspace-packages.ts";

const LIST = join(ROOT, "docs/reference-tests.md");
/** A test by its name in the reference, or by what it checks. */
const NAMED = /^\| `([^`]+)` +\| `([^`]+)` +\| (.+?) +\|$/;
const TOLD = /^\| ([^`|]+?) +\| `([^`]+)` +\| (.+?) +\|$/;

const lines = readFileSync(LIST, "utf8").split("\n");
const rowsOf = (pattern: RegExp): { name: string; file: string; title: string }[] =>
  lines
    .map((line) => pattern.exec(line))
    .filter((row) => row !== null)
    .map(([, name = "", file = "", title = ""]) => ({ name, file, title: title.replaceAll("\\|", "|") }));
const [named, told] = [rowsOf(NAMED), rowsOf(TOLD)];

/** Without what Markdown and line breaks may change. */
const plain = (text: string): string => text.replaceAll(/[\\*_\s]+/g, " ");

describe("the list of the reference's tests", () => {
  it("has each of them once, in order", () => {
    const names = named.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(120);
    expect(names).toEqual([...new Set(names)].toSorted());
  });

  it("has each behaviour of the device once", () => {
    const names = told.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(60);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each([...named, ...told])("$name is asked here", ({ file, title }) => {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    expect(plain(readFileSync(join(ROOT, file), "utf8"))).toContain(plain(title));
  });
});
