import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Direction } from "opte-api";
import {
  NEW_FLOW,
  nextTcpState,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_STATE_NAMES,
  TCP_SYN,
  UNEXPECTED,
} from "./tcp-matrix.js";

const VECTORS = new URL("../../test/data/tcp-matrix-vectors.txt", import.meta.url);
const FLAGS: Readonly<Record<string, number>> = { S: TCP_SYN, A: TCP_ACK, F: TCP_FIN, R: TCP_RST };
const STATES = [
  "CLOSED",
  "LISTEN",
  "SYN_SENT",
  "SYN_RCVD",
  "ESTABLISHED",
  "CLOSE_WAIT",
  "LAST_ACK",
  "FIN_WAIT_1",
  "FIN_WAIT_2",
  "TIME_WAIT",
];

const transitions = readFileSync(VECTORS, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("T "))
  .map((line) => {
    const [, dir = "", before = "", flags = "", acked = "", other = ""] = line.split(" ");
    return { dir: Direction.parse(dir), before, flags, acked, other };
  });

function expected(text: string): number {
  if (text === "UNEXP") return UNEXPECTED;
  return text === "NEWFLOW" ? NEW_FLOW : STATES.indexOf(text);
}

describe("the TCP tracking matrix", () => {
  it("has all 320 transitions of the reference", () => {
    expect(transitions).toHaveLength(320);
  });

  it.each(transitions)("$dir $before $flags → $acked, or $other without the guest's ack", (transition) => {
    const state = STATES.indexOf(transition.before);
    const letters = transition.flags === "none" ? [] : Array.from(transition.flags);
    const flags = letters.reduce((bits, flag) => bits | (FLAGS[flag] ?? 0), 0);
    expect(nextTcpState(transition.dir, state, flags, true)).toBe(expected(transition.acked));
    expect(nextTcpState(transition.dir, state, flags, false)).toBe(expected(transition.other));
  });

  it("ignores PSH, URG, ECE and CWR", () => {
    for (let state = 0; state < STATES.length; state++) {
      expect(nextTcpState("out", state, TCP_ACK | 0xe8, false)).toBe(nextTcpState("out", state, TCP_ACK, false));
    }
  });

  it("names every state", () => {
    expect(TCP_STATE_NAMES).toHaveLength(STATES.length);
  });
});
