// A run as a file: its rows, and where they were measured.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { floorSha256 } from "../floor-functions.mjs";
import type { Row } from "../harness/row.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
}

export interface Results {
  readonly date: string;
  readonly node: string;
  readonly v8: string;
  readonly commit: string;
  /** Whether files differed from that commit. */
  readonly isDirty: boolean;
  readonly machine: Machine;
  /** Load of the machine over a minute before and after the run: what else ran takes from every figure. */
  readonly load: readonly [before: number, after: number];
  readonly floorSha256: string;
  /** Groups that ran with fewer rounds and sizes, for want of time. */
  readonly hurried: readonly string[];
  readonly isQuick: boolean;
  readonly rows: readonly Row[];
}

/** What is known before a run. */
export function describeRun(isQuick: boolean): Omit<Results, "rows" | "hurried"> {
  return {
    date: new Date().toISOString(),
    node: process.version,
    v8: process.versions.v8,
    commit: git("rev-parse", "--short=12", "HEAD"),
    isDirty: git("status", "--porcelain", "--untracked-files=no") !== "",
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
    load: [loadNow(), 0],
    floorSha256,
    isQuick,
  };
}

export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

export function readResults(file: string): Results {
  // Unwrap: a results file is written by this program alone
  return JSON.parse(readFileSync(file, "utf8")) as Results;
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { encoding: "utf8" }).trim();
}
