import { beforeEach, describe, expect, it } from "vitest";
import { type ClientPlace, ClientPlaces } from "./client-places.js";

const MINUTE_MS = 60_000;

let nowMs: number;
let places: ClientPlaces;
let ended: string[];

beforeEach(() => {
  nowMs = 0;
  ended = [];
  places = new ClientPlaces(3, { nowMs: () => nowMs });
});

function enter(name: string): ClientPlace | undefined {
  return places.enter(() => ended.push(name));
}

/** A client that has a place. */
function entered(name: string): ClientPlace {
  const place = enter(name);
  if (place === undefined) throw new Error(`There is no place for ${name}`);
  return place;
}

/** A client that has asked something and got its answer. */
function answered(name: string): ClientPlace {
  const place = entered(name);
  place.work();
  place.wait(false);
  return place;
}

describe("places for clients", () => {
  it("are as many as they are, and free again when a client goes", () => {
    const [first] = ["a", "b", "c"].map(entered);
    expect(enter("d")).toBeUndefined();
    if (first !== undefined) places.leave(first);
    expect(enter("d")).toBeDefined();
    expect(enter("e")).toBeUndefined();
    expect(ended).toEqual([]);
  });

  it("are kept however long a client does nothing, as long as nobody else needs them", () => {
    answered("a");
    entered("b");
    nowMs = 1000 * MINUTE_MS;
    places.endUnfinished();
    entered("c");
    expect(ended).toEqual([]);
  });

  it("are given up by the one that is longest idle when all are taken", () => {
    const a = answered("a");
    nowMs = MINUTE_MS;
    answered("b");
    nowMs = 2 * MINUTE_MS;
    answered("c");
    a.work();
    a.wait(false);
    nowMs = 3 * MINUTE_MS;
    entered("d");
    expect(ended).toEqual(["b"]);
  });

  it("are given up first by those that have never asked anything", () => {
    answered("idle for long");
    nowMs = MINUTE_MS;
    entered("silent");
    nowMs = 2 * MINUTE_MS;
    entered("silent for less");
    nowMs = 3 * MINUTE_MS;
    for (const name of ["x", "y", "z"]) entered(name).work();
    expect(ended).toEqual(["silent", "silent for less", "idle for long"]);
  });

  it("are kept by who is waited on, and by who has just been", () => {
    answered("a").work();
    answered("b").work();
    nowMs = MINUTE_MS;
    answered("c");
    nowMs += 9_999;
    expect(enter("d")).toBeUndefined();
    nowMs += 1;
    expect(enter("d")).toBeDefined();
    expect(ended).toEqual(["c"]);
  });

  it("are lost by who does not go on with a frame, even if byte after byte comes of it", () => {
    const slow = entered("slow");
    const steady = entered("steady");
    for (nowMs = 0; nowMs < 30_000; nowMs += 1000) {
      slow.wait(true);
      // One frame after the other, each of which is begun while the last one is carried out
      steady.work();
      steady.wait(false);
      steady.wait(true);
      places.endUnfinished();
    }
    expect(ended).toEqual([]);
    nowMs = 30_000;
    places.endUnfinished();
    places.endUnfinished();
    expect(ended).toEqual(["slow"]);
  });
});
