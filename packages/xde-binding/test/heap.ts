// How much memory is in use once garbage has been collected.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
// Unwrap: the flag has made it
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of the heap and of buffers that are still referred to. */
export function usedHeap(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}
