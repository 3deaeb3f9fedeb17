import { type LoggedLine, logSuite, type LogSubject } from "opte-core/testing";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { pinoLog } from "./pino-log.js";

/** Reads pino's lines back: its level is a number that rises with severity. */
function readLine(line: string): LoggedLine {
  const record: unknown = JSON.parse(line);
  if (typeof record !== "object" || record === null || !("level" in record) || !("msg" in record)) {
    throw new Error(`No record of pino: ${line}`);
  }
  return { severity: Number(record.level), text: String(record.msg) };
}

describe("pinoLog", () => {
  function makeSubject(): LogSubject {
    let written = "";
    let isBroken = false;
    const destination = {
      write(text: string): void {
        if (isBroken) throw new Error("EPIPE");
        written += text;
      },
    };
    return {
      log: pinoLog(pino({}, destination)),
      lines: () => written.split("\n").filter(Boolean).map(readLine),
      breakSink(): void {
        isBroken = true;
      },
    };
  }

  for (const test of logSuite(makeSubject)) it(test.name, test.run);

  it("keeps what a child logger says of the port", () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) }).child({ port: "opte0" });
    pinoLog(logger).log("warn", "out of ports");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, port: "opte0", msg: "out of ports" }),
    ]);
  });
});
