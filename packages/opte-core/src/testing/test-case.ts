// One rule of a contract as a test that any runner can run, and what the suites check with.

/** A rule of a contract. */
export interface TestCase {
  /** The rule, as a sentence without its subject: "never decreases". */
  readonly name: string;
  /** Checks the rule on a subject made anew; throws an `Error` that says what was expected and what came instead. */
  readonly run: () => void | Promise<void>;
}

/** @throws Error with `message` unless `condition` holds */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/**
 * Runs what must not throw.
 *
 * @returns what `action` returns
 * @throws Error that names `what` and what it threw
 */
export function quietly<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${what} threw ${String(error)}`, { cause: error });
  }
}

/** What `action` throws, in a box; `undefined` when it does not throw. */
export function caught(action: () => unknown): { readonly error: unknown } | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Whether `value` is something to be awaited: a listener that returns it goes on after its caller has moved on. */
export function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
