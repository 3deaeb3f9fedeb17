// A command line that the grammar does not know.

/** Ends the program with exit code 2 before a device is asked for anything. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
