// Deep comparison of two JSON values, with the paths at which they differ.

import { canonicalDisplay } from "./display-text.js";
import { isArray, isObject, type Json } from "./json.js";

/** One place where two results differ; a side that is `undefined` has nothing there. */
export interface Difference {
  /** Where, as in `ok.rules_in[2].rule.predicates[0]`. */
  readonly path: string;
  readonly expected?: Json | undefined;
  readonly actual?: Json | undefined;
}

/** What a comparison leaves out. */
export interface JsonComparison {
  /** Whether members of objects with this name are not compared. */
  readonly ignores: (key: string) => boolean;
}

/** Texts for people: IPv6 addresses in them are compared in their RFC 5952 form. */
const DISPLAY_KEYS: ReadonlySet<string> = new Set(["predicates", "data_predicates", "action", "summary"]);

/** Differences of `actual` from `expected`, in document order; member order does not matter, array order does. */
export function compareJson(
  expected: Json | undefined,
  actual: Json | undefined,
  path: string,
  comparison: JsonComparison,
): Difference[] {
  const differences: Difference[] = [];
  collect(expected, actual, path, false, comparison, differences);
  return differences;
}

function collect(
  expected: Json | undefined,
  actual: Json | undefined,
  path: string,
  isDisplay: boolean,
  comparison: JsonComparison,
  into: Difference[],
): void {
  if (expected === actual) return;
  if (isArray(expected) && isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let i = 0; i < length; i++) {
      collect(expected[i], actual[i], `${path}[${i}]`, isDisplay, comparison, into);
    }
    return;
  }
  if (isObject(expected) && isObject(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      if (comparison.ignores(key)) continue;
      const member = path === "" ? key : `${path}.${key}`;
      collect(expected[key], actual[key], member, DISPLAY_KEYS.has(key), comparison, into);
    }
    return;
  }
  if (isDisplay && typeof expected === "string" && typeof actual === "string") {
    if (canonicalDisplay(expected) === canonicalDisplay(actual)) return;
  }
  into.push({ path, expected, actual });
}
