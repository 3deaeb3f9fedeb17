// How the programs of this project run: what they tell their users, and how they end.

import { readFileSync } from "node:fs";

/** A fault that is the user's to put right — a missing file, a wrong option: told in one message, without a stack; exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The version in a package's manifest. */
export function packageVersion(manifest: URL): string {
  const content: unknown = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof content === "object" && content !== null && "version" in content ? String(content.version) : "unknown";
}

/** Takes it for no failure that who reads standard output has seen enough, as `head`: the program ends. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
