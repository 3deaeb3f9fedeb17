// Everything that a run of the program touches outside of itself.

import type { XdeDevice } from "./xde-device.js";

/** Where a program writes to. */
export interface TextSink {
  readonly write: (text: string) => void;
  /** Whether a person may be reading. */
  readonly isTerminal: boolean;
}

/** What a run needs; the program `opteadm` takes it from its process. */
export interface Surroundings {
  /** Version of the package. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** All of standard input. */
  readonly readStdin: () => Promise<string>;
  /** Reads a file whole. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Writes a file whole, so that no half of it is ever seen. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Waits; whether to go on afterwards, that is, whether nobody has interrupted the program. */
  readonly pause: (ms: number) => Promise<boolean>;
  /** Connects with the device at `socket`, or at the default place; called only when there is something to ask. */
  readonly connect: (socket: string | undefined) => Promise<XdeDevice>;
}
