import { Console } from "node:console";
import { Writable } from "node:stream";
import { type LoggedLine, logSuite, type LogSubject } from "opte-core/testing";
import { describe, expect, it, vi } from "vitest";
import { consoleLog } from "./console-log.js";

/** A stream that keeps what is written to it. */
class Sink extends Writable {
  written = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

describe("consoleLog", () => {
  describe("on a recording console", () => {
    function makeSubject(): LogSubject {
      const lines: LoggedLine[] = [];
      let isBroken = false;
      const record =
        (severity: number) =>
        (text: string): void => {
          if (isBroken) throw new Error("Console is gone");
          lines.push({ severity, text });
        };
      return {
        log: consoleLog({ info: record(0), warn: record(1), error: record(2) }),
        lines: () => lines,
        breakSink(): void {
          isBroken = true;
        },
      };
    }

    for (const test of logSuite(makeSubject)) it(test.name, test.run);
  });

  it("prints through a real console without formatting, notes apart from warnings and errors", () => {
    const stdout = new Sink();
    const stderr = new Sink();
    const log = consoleLog(new Console({ stdout, stderr }));
    log.log("note", "100%d of %s");
    log.log("warn", "%o");
    log.log("error", "%%");
    expect([stdout.written, stderr.written]).toEqual(["100%d of %s\n", "%o\n%%\n"]);
  });

  it("takes the host's console if it is given none", () => {
    const info = vi.spyOn(console, "info").mockReturnValue();
    try {
      consoleLog().log("note", "text");
      expect(info.mock.calls).toEqual([["text"]]);
    } finally {
      info.mockRestore();
    }
  });
});
