import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StateRecord } from "./frame-format.js";
import { StateFile } from "./state-file.js";
import { lockState } from "./state-lock.js";

const record = (text: string): StateRecord => ({ kind: 1, bytes: Buffer.from(text) });
const texts = (frames: readonly (readonly StateRecord[])[]): string[][] =>
  frames.map((frame) => frame.map(({ bytes }) => Buffer.from(bytes).toString()));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-state-"));
  path = join(folder, "xde.state");
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("StateFile", () => {
  it("holds what was appended and what replaced it", async () => {
    const { file } = await StateFile.open(path);
    await file.append([record("a"), record("b")]);
    await file.append([record("c")]);
    const second = await StateFile.open(path);
    expect(texts(second.frames)).toEqual([["a", "b"], ["c"]]);
    await second.file.close();
    await file.replace([record("all")]);
    await file.append([record("d")]);
    await file.close();
    const third = await StateFile.open(path);
    expect(texts(third.frames)).toEqual([["all"], ["d"]]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await third.file.close();
  });

  it("cuts a torn end off and goes on behind what was whole", async () => {
    const { file } = await StateFile.open(path);
    await file.append([record("a")]);
    const whole = file.size;
    await file.append([record("b")]);
    await file.close();
    await truncate(path, file.size - 1);
    const opened = await StateFile.open(path);
    expect(opened.tornBytes).toBe(file.size - 1 - whole);
    await opened.file.append([record("c")]);
    await opened.file.close();
    const last = await StateFile.open(path);
    expect(texts(last.frames)).toEqual([["a"], ["c"]]);
    await last.file.close();
  });

  it("names a damaged file, and keeps it to the byte", async () => {
    const { file } = await StateFile.open(path);
    await file.append([record("a")]);
    await file.close();
    const damaged = await readFile(path);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    await writeFile(path, damaged);
    await expect(StateFile.open(path)).rejects.toThrow(
      `State file "${path}" is damaged at byte 8: the checksum of a frame is wrong. It is left as it is`,
    );
    expect(await readFile(path)).toEqual(damaged);
  });

  it("refuses a file of another kind", async () => {
    await writeFile(path, "[Unit]\n");
    await expect(StateFile.open(path)).rejects.toThrow('is damaged at byte 0: it does not begin with "OPTEXDE1"');
  });
});

describe("lockState", () => {
  it("is held once, and free again after its release", async () => {
    const lock = await lockState(folder);
    await expect(lockState(folder)).rejects.toThrow(`State folder "${folder}" is in use by another xded`);
    await lock.release();
    await (await lockState(folder)).release();
  });
});
