// What the user can put right: a missing file, a damaged capture, a wrong option.

/** Ends the program with its message as one line and exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Message of a failed system call, as in `ENOENT: no such file or directory`. */
export function systemMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
