// Carries out what a state file says, so that a device becomes what it was.

import type { StateRecord } from "./frame-format.js";
import { StateFileError } from "./state-file.js";
import { readRefused, RecordKind, refusedRecord } from "./state-record.js";

/** What a replay came to. */
export interface ReplayResult {
  /** Commands that were carried out. */
  readonly count: number;
  /** Notes of commands of the last frame that failed: a crash came before anybody heard of them. */
  readonly refused: readonly StateRecord[];
}

/** Commands that were written together, and the places of those that were refused. */
interface Batch {
  readonly commands: readonly StateRecord[];
  readonly refused: Set<number>;
}

/**
 * Carries out the commands of all frames, in order, but for the refused ones.
 *
 * A command that was carried out once cannot fail now, because everything before it is the same. The exception is the last frame, unless it
 * is an image: its commands may have been refused without there having been time to note that.
 *
 * @throws StateFileError if any other command fails, or `carryOut` throws one because the surroundings are not those of before
 */
export async function replay(
  path: string,
  frames: readonly (readonly StateRecord[])[],
  carryOut: (record: StateRecord) => unknown,
): Promise<ReplayResult> {
  const batches = batchesOf(frames);
  const refused: StateRecord[] = [];
  let count = 0;
  for (const batch of batches) {
    const mayFail = batch === batches.at(-1) && batch.commands[0]?.kind !== RecordKind.Image;
    for (const [place, record] of batch.commands.entries()) {
      if (record.kind === RecordKind.Image || batch.refused.has(place)) continue;
      try {
        await carryOut(record);
        count += 1;
      } catch (error) {
        if (error instanceof StateFileError) throw error;
        if (!mayFail) {
          const what = error instanceof Error ? error.message : String(error);
          throw new StateFileError(`State file "${path}" cannot be carried out: command ${count}: ${what}`, {
            cause: error,
          });
        }
        refused.push(refusedRecord(place));
      }
    }
  }
  return { count, refused };
}

function batchesOf(frames: readonly (readonly StateRecord[])[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (const frame of frames) {
    const commands: StateRecord[] = [];
    for (const record of frame) {
      if (record.kind === RecordKind.Refused) batches.at(-1)?.refused.add(readRefused(record.bytes));
      else commands.push(record);
    }
    if (commands.length > 0) batches.push({ commands, refused: new Set() });
  }
  return batches;
}
