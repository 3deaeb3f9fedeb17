// Gates for one thread: whoever could hold them is the caller itself, which the lock detects, so they stand open.

import { Errno, OpteError } from "opte-api";
import type { MutexGate, OpenGate, RwGate } from "./gate.js";

/** Opens a gate that never waits. Refuses memory of another thread, which it could not honour. */
export const openMutexGate: OpenGate<MutexGate> = (name, memory) => {
  if (memory !== undefined) throw cannotShare(name);
  return {
    enter: pass,
    leave: pass,
    share(): never {
      throw cannotShare(name);
    },
  };
};

/** Opens a gate that never waits. Refuses memory of another thread, which it could not honour. */
export const openRwGate: OpenGate<RwGate> = (name, memory) => {
  if (memory !== undefined) throw cannotShare(name);
  return {
    enterRead: pass,
    leaveRead: pass,
    enterWrite: pass,
    leaveWrite: pass,
    share(): never {
      throw cannotShare(name);
    },
  };
};

function pass(): void {
  // Nobody else runs.
}

function cannotShare(name: string): OpteError {
  return new OpteError({
    kind: "System",
    errno: Errno.ENOTSUP,
    msg: `Cannot share lock "${name}" between threads: opte-core is loaded without the export condition "opte-threaded"`,
  });
}
