import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { LineOutput } from "./line-output.js";

describe("lines to a stream", () => {
  it("are written in chunks, in order, each chunk announced", async () => {
    const seen: string[] = [];
    const stream = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        seen.push(`${chunk.length} characters`);
        done();
      },
    });
    const lines = new LineOutput(stream, () => seen.push("chunk"));
    await lines.add("x".repeat(40_000));
    await lines.add("y", "z".repeat(40_000));
    await lines.add("end");
    expect(seen).toEqual(["chunk", "80004 characters"]);
    await lines.flush();
    await lines.flush();
    expect(seen).toEqual(["chunk", "80004 characters", "chunk", "4 characters"]);
  });

  it("wait for a stream that is slower", async () => {
    let held = 0;
    let most = 0;
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => {
        held++;
        most = Math.max(most, held);
        setImmediate(() => {
          held--;
          done();
        });
      },
    });
    const lines = new LineOutput(stream, () => undefined);
    for (let i = 0; i < 5; i++) await lines.add("x".repeat(70_000));
    expect(most).toBe(1);
    expect(stream.writableLength).toBe(0);
  });
});
