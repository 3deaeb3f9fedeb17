import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandLog } from "./command-log.js";
import type { StateRecord } from "./frame-format.js";
import { StateFile } from "./state-file.js";
import { commandRecord, readCommand, readRefused, RecordKind } from "./state-record.js";

const command = (number: number): StateRecord => commandRecord(number, Uint8Array.of(7));

/** The frames of a file, each record as text. */
async function saved(path: string): Promise<string[][]> {
  const { file, frames } = await StateFile.open(path);
  await file.close();
  return frames.map((frame) =>
    frame.map(({ kind, bytes }) => {
      if (kind === RecordKind.Command) return `command ${readCommand(bytes)?.number ?? "?"}`;
      return kind === RecordKind.Refused ? `refused ${readRefused(bytes)}` : `kind ${kind}`;
    }),
  );
}

let folder: string;
let path: string;
let file: StateFile;
const warn = vi.fn();
const image = (): readonly StateRecord[] => [{ kind: RecordKind.Image, bytes: new Uint8Array() }];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-log-"));
  path = join(folder, "xde.state");
  ({ file } = await StateFile.open(path));
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

describe("CommandLog", () => {
  it("has a command on disk before it is carried out, and answers with what came of it", async () => {
    const log = new CommandLog(file, { warn, image });
    const answer = await log.run(command(20), async () => `carried out with ${JSON.stringify(await saved(path))}`);
    expect(answer).toBe('carried out with [["command 20"]]');
  });

  it("writes commands that wait together, carries them out in order, and notes the refused ones before it answers", async () => {
    const log = new CommandLog(file, { warn, image });
    const order: number[] = [];
    const run = (number: number): Promise<number> =>
      log.run(command(number), () => {
        order.push(number);
        if (number === 3) throw new Error("refused");
        return number;
      });
    const first = run(1);
    const others = Promise.allSettled([run(2), run(3), run(4)]);
    expect(await first).toBe(1);
    expect((await others).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(await saved(path)).toEqual([["command 1"], ["command 2", "command 3", "command 4"], ["refused 1"]]);
  });

  it("carries nothing out that it cannot write", async () => {
    const log = new CommandLog(file, { warn, image });
    await file.close();
    const carryOut = vi.fn();
    await expect(log.run(command(1), carryOut)).rejects.toMatchObject({ kind: "System", errno: 5 });
    expect(carryOut).not.toHaveBeenCalled();
    ({ file } = await StateFile.open(path));
  });

  it("writes the file anew when it has grown much", async () => {
    const log = new CommandLog(file, { warn, image });
    const large = commandRecord(22, new Uint8Array(1 << 20));
    await log.run(large, () => undefined);
    await log.run(command(1), () => undefined);
    expect(await saved(path)).toEqual([[`kind ${RecordKind.Image}`], ["command 1"]]);
    expect(warn).not.toHaveBeenCalled();
  });
});
