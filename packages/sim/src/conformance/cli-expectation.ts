// What is wanted of a command line, as records and deviation rules say it.

import type { Json } from "./json.js";

/** What is wanted of a command line. */
export interface CliExpectation {
  /** 101 stands for any failure. */
  readonly exit: number;
  readonly requests: readonly CliRequest[];
  /** All that is written, where that is compared. */
  readonly stdout?: string;
  /** All that is written there, where that is compared. */
  readonly stderr?: string;
  readonly stdoutContains?: string;
  /** Each of them must be named. */
  readonly stderrContains: readonly string[];
}

/** A request as the records write it. */
export interface CliRequest {
  readonly cmd: string;
  /** `undefined` if the command carries none. */
  readonly request?: Json | undefined;
  readonly postcard?: string | undefined;
}
