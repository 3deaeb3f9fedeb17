// What a lock waits at: the one part of a lock that differs between running contexts.

/** Lets one holder through at a time. Its user, a lock, never enters twice. */
export interface MutexGate {
  /** Returns once nobody else is inside. */
  enter(): void;
  leave(): void;
  /** The memory over which another thread opens the same gate. @throws OpteError `System` in the default context */
  share(): SharedArrayBuffer;
}

/** Lets many readers or one writer through. Its user, a lock, never enters twice. */
export interface RwGate {
  /** Returns once no writer is inside or waits in front. */
  enterRead(): void;
  leaveRead(): void;
  /** Returns once nobody else is inside. */
  enterWrite(): void;
  leaveWrite(): void;
  /** As {@link MutexGate.share}. */
  share(): SharedArrayBuffer;
}

/**
 * Makes the gate of a lock.
 *
 * @param name the lock's, for errors
 * @param memory what the gate of another thread shares; a new gate without
 * @throws OpteError `System` where the context cannot do what is asked
 */
export type OpenGate<Gate> = (name: string, memory: SharedArrayBuffer | undefined) => Gate;
