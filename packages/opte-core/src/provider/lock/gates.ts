// The gates of the default context. In the build for the export condition `opte-threaded`, `gates.threaded.ts` stands in for it.

export { openMutexGate, openRwGate } from "./single-thread-gates.js";
