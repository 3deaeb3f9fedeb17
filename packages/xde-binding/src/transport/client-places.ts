// The places that a socket has for clients, and who has to leave his to others.

import type { ClockProvider } from "opte-core";

/** A frame that has begun must be whole after so long: on one machine the longest takes a fraction of a second. */
const MAX_FRAME_MS = 30_000;
/** Who has done nothing for so long gives way when all places are taken. Between two commands of a program less time passes. */
const MIN_IDLE_MS = 10_000;

/** A client's place, and what it is doing there. */
export interface ClientPlace {
  /** A command of the client is under way: it is not the client that is waited for. */
  work(): void;
  /** The client is waited for: to send the next frame or, if `isWithinFrame`, the rest of one; or to take an answer. */
  wait(isWithinFrame: boolean): void;
}

/**
 * So many clients and no more. A connection that is kept open between commands is as good as any, and may be as old as it likes; but it
 * gives way to a new client when all places are taken: those that have never asked anything first, then the one that is longest idle.
 */
export class ClientPlaces {
  readonly #max: number;
  readonly #clock: ClockProvider;
  readonly #places: Set<Place> = new Set();

  constructor(max: number, clock: ClockProvider) {
    this.#max = max;
    this.#clock = clock;
  }

  /**
   * Gives a client a place, for which another may have to leave.
   *
   * @param end ends the client's connection; called at most once
   * @returns undefined if there is none: everybody is busy, or has been a moment ago
   */
  enter(end: () => void): ClientPlace | undefined {
    if (this.#places.size >= this.#max) this.#makeRoom();
    if (this.#places.size >= this.#max) return undefined;
    const place = new Place(this.#clock, end);
    this.#places.add(place);
    return place;
  }

  /** The client has gone. */
  leave(place: ClientPlace): void {
    if (place instanceof Place) this.#places.delete(place);
  }

  /** Ends what has begun a frame and does not go on. To be called now and then. */
  endUnfinished(): void {
    const begunBefore = this.#clock.nowMs() - MAX_FRAME_MS;
    for (const place of this.#places) if ((place.frameSinceMs ?? Infinity) <= begunBefore) this.#end(place);
  }

  #makeRoom(): void {
    const idleBefore = this.#clock.nowMs() - MIN_IDLE_MS;
    const idle = [...this.#places].filter(({ idleSinceMs }) => (idleSinceMs ?? Infinity) <= idleBefore);
    const [first] = idle.sort(
      (a, b) => Number(a.hasAsked) - Number(b.hasAsked) || (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0),
    );
    if (first !== undefined) this.#end(first);
  }

  #end(place: Place): void {
    this.#places.delete(place);
    place.end();
  }
}

class Place implements ClientPlace {
  readonly #clock: ClockProvider;
  readonly end: () => void;
  /** Undefined while a command is under way. */
  idleSinceMs: number | undefined;
  /** Since when a frame has begun that is not whole. */
  frameSinceMs: number | undefined = undefined;
  hasAsked = false;

  constructor(clock: ClockProvider, end: () => void) {
    this.#clock = clock;
    this.end = end;
    this.idleSinceMs = clock.nowMs();
  }

  work(): void {
    this.hasAsked = true;
    this.idleSinceMs = undefined;
    this.frameSinceMs = undefined;
  }

  wait(isWithinFrame: boolean): void {
    const now = this.#clock.nowMs();
    this.idleSinceMs = now;
    // Who sends a frame byte by byte has no more time for it
    this.frameSinceMs = isWithinFrame ? (this.frameSinceMs ?? now) : undefined;
  }
}
