// The gates of the threaded context; stands in for `gates.ts` in the build for the export condition `opte-threaded`.

export { openMutexGate, openRwGate } from "./shared-memory-gates.js";
