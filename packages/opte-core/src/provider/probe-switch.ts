// Whether the engine has its probe points: all of them, here.

/** Stands before every probe point, so that a build in which it is false has no trace of them. */
export const PROBES: boolean = true;
