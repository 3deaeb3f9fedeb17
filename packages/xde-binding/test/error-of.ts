// What a command fails with.

import { OpteError, type OpteErrorPayload } from "opte-api";

/** What `run` fails with. */
export async function errorOf(run: () => unknown): Promise<OpteErrorPayload> {
  try {
    await run();
  } catch (error) {
    if (error instanceof OpteError) return error.payload;
    throw error;
  }
  throw new Error("It did not fail");
}
