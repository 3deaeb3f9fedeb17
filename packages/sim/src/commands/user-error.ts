// What the user can put right: a missing file, a damaged capture, a wrong option.

/** Ends the program with its message as one line and exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}
