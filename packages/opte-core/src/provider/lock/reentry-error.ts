// The report of a thread that asks for a lock while it holds it.

/** Where a lock was asked for: what the caller calls the place, or else an error made there, whose stack is read only for a report. */
export type LockSite = string | Error;

/**
 * Thrown when the holder of a lock asks for it again, which would have to wait for itself: a fault in the program, such as a
 * probe that changes the rules of the port that fired it. The lock stays held as it was.
 */
export class LockReentryError extends Error {
  override readonly name: string = "LockReentryError";
  /** Name of the lock. */
  readonly lock: string;
  /** Where it was taken: the caller's own word for the place, or its innermost stack frames, joined by ` < `. */
  readonly takenAt: string;
  /** Where it was asked for again, in the same form. */
  readonly askedAt: string;

  constructor(lock: string, taken: LockSite, asked: LockSite) {
    const takenAt = siteText(taken);
    const askedAt = siteText(asked);
    super(`Cannot take lock "${lock}": it is held by whoever asks, taken at ${takenAt}; asked for again at ${askedAt}`);
    this.lock = lock;
    this.takenAt = takenAt;
    this.askedAt = askedAt;
  }
}

/** Enough to get from a wrapper around the lock to the code that meant it. */
const SITE_FRAMES = 4;

/** The innermost frames of the lock's caller. Engines agree only on one line for each frame, so that is all that is relied on. */
function siteText(site: LockSite): string {
  if (typeof site === "string") return site;
  const lines = (site.stack ?? "").split("\n").filter((line) => line !== "");
  // V8 puts the error's name in front; then comes the lock's own method, in which the error was made.
  const own = lines[0]?.startsWith("Error") === true ? 2 : 1;
  const frames = lines.slice(own, own + SITE_FRAMES).map((line) => line.trim().replace(/^at /, ""));
  return frames.length === 0 ? "an unknown place" : frames.join(" < ");
}
