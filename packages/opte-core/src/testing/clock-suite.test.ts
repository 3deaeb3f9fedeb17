import type { ClockProvider } from "../provider/clock.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { clockSuite, type ClockSubject } from "./clock-suite.js";

/** A clock made of virtual time, of which `read` may make something else. */
function virtual(read: (nowMs: number, reading: number) => number = (nowMs): number => nowMs): () => ClockSubject {
  return () => {
    let nowMs = 1000;
    let readings = 0;
    const clock: ClockProvider = { nowMs: () => read(nowMs, readings++) };
    const elapse = (ms: number): void => {
      nowMs += ms;
    };
    return { clock, elapse };
  };
}

const TELLS = "tells a finite time below 2^53 ms";
const MONOTONIC = "never decreases from one reading to the next";
const MONOTONIC_WHILE = "never decreases while time passes";
const MILLISECONDS = "counts in milliseconds";

const mutant = (fault: string, rule: string, read: (nowMs: number, reading: number) => number): Mutant => ({
  fault,
  rule,
  suite: clockSuite(virtual(read)),
});

trySuite(
  "clockSuite",
  {
    "a virtual clock": clockSuite(virtual()),
    "a clock that rounds": clockSuite(virtual((nowMs) => Math.floor(nowMs))),
    "a clock that began long ago": clockSuite(virtual((nowMs) => nowMs + 1e12)),
    "a clock that begins below zero": clockSuite(virtual((nowMs) => nowMs - 5000)),
    "a clock that moves between readings": clockSuite(virtual((nowMs, reading) => nowMs + reading * 1e-3)),
  },
  [
    mutant("tells no number", TELLS, () => Number.NaN),
    mutant("tells no finite time", TELLS, () => Number.POSITIVE_INFINITY),
    mutant("counts nanoseconds since 1970", TELLS, (nowMs) => nowMs * 1e6 + 1.8e18),
    mutant("throws", TELLS, () => {
      throw new Error("No clock");
    }),
    mutant("wraps around", MONOTONIC, (nowMs, reading) => (nowMs + reading) % 4096),
    mutant("goes back now and then", MONOTONIC, (nowMs, reading) => (reading === 7000 ? nowMs - 1 : nowMs)),
    mutant("counts down", MONOTONIC_WHILE, (nowMs) => -nowMs),
    mutant("counts seconds", MILLISECONDS, (nowMs) => nowMs / 1000),
    mutant("counts microseconds", MILLISECONDS, (nowMs) => nowMs * 1000),
    mutant("stands still", MILLISECONDS, () => 1),
  ],
);
