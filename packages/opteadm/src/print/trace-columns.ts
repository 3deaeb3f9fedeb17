// Trace events as the reference's scripts print them: the same columns, their header again every ten lines (spec 05 §19.2).

import type { TraceEvent, TraceValue } from "opte-api";
import { IOCTL_OFFSETS } from "opte-api/codec";
import { textWidth } from "./text-width.js";

/** Of the events of one script most are no longer. */
const EVENT_WIDTH = 8;

/** Lines after which the header comes again. */
const HEADER_EVERY = 10;

/** Where a script's heading is not the field's name in upper case. */
const HEADINGS: ReadonlyMap<string, string> = new Map([
  ["ftName", "FT NAME"],
  ["flowBefore", "FLOW BEFORE"],
  ["flowAfter", "FLOW AFTER"],
  ["lastHit", "LAST_HIT"],
  ["srcPort", "SRC PORT"],
  ["dstPort", "DST PORT"],
  ["srcMac", "SRC MAC"],
  ["dstMac", "DST MAC"],
  ["msgData", "MSG+DATA"],
  ["portOrNextHop", "PORT/NEXTHOP"],
  ["underlayMcast", "UNDERLAY_MCAST"],
  ["routeUnicast", "ROUTE_UNICAST"],
]);

/** What stands behind a script's columns as `name=value`, because few of its events have it. */
const DETAILS: Readonly<Record<string, ReadonlySet<string>>> = {
  "mcast-delivery": new Set(["src", "mode", "hops", "reason"]),
  ioctl: new Set(["rights", ...Object.keys(IOCTL_OFFSETS).filter((field) => field !== "cmd")]),
};
const NO_DETAILS: ReadonlySet<string> = new Set();

/** Prints events as they come; columns grow with what has been seen in them, but not for the bytes of a frame. */
export class TraceColumns {
  /** By the heading. */
  readonly #widths = new Map<string, number>([["EVENT", EVENT_WIDTH]]);
  /** The last header, and the lines since then. */
  #header = "";
  #lines = 0;

  /** The lines of one event. */
  print(event: TraceEvent): string {
    const details = DETAILS[event.probe] ?? NO_DETAILS;
    const fields = event.fields.filter(([name]) => !details.has(name));
    const headings = fields.map(([name]) => HEADINGS.get(name) ?? name.toUpperCase());
    const cells = fields.map(([, value]) => valueText(value));
    const behind = event.fields
      .filter(([name]) => details.has(name))
      .map(([name, value]) => `${name}=${valueText(value)}`);
    const names = headings.join();
    const widths = headings.map((heading, i) => {
      const width = fields[i]?.[1].kind === "bytes" ? 0 : textWidth(cells[i] ?? "");
      return Math.max(this.#widths.get(heading) ?? textWidth(heading), width);
    });
    for (const [i, heading] of headings.entries()) this.#widths.set(heading, widths[i] ?? 0);
    const line = (texts: readonly string[]): string =>
      `${texts
        .map((text, i) => text + " ".repeat(Math.max(0, (widths[i] ?? 0) - textWidth(text))))
        .join(" ")
        .trimEnd()}\n`;
    const isDue = names !== this.#header || this.#lines === HEADER_EVERY;
    this.#header = names;
    this.#lines = isDue ? 1 : this.#lines + 1;
    return (isDue ? line(headings) : "") + line([...cells, ...behind]);
  }
}

/** An event as an object: its fields beside its probe's name and time. */
export function eventJson({ probe, timeMs, fields }: TraceEvent): unknown {
  const values = fields.map(([name, value]) => [name, value.kind === "number" ? value.number : valueText(value)]);
  return { probe, timeMs, ...Object.fromEntries(values) };
}

/** The text of a field, if the event has it. */
export function fieldText({ fields }: TraceEvent, name: string): string | undefined {
  const field = fields.find(([each]) => each === name);
  return field && valueText(field[1]);
}

/** The number in a field, 0 if the event has none. */
export function fieldNumber({ fields }: TraceEvent, name: string): number {
  const value = fields.find(([each]) => each === name)?.[1];
  return value?.kind === "number" ? Number(value.number) : 0;
}

function valueText(value: TraceValue): string {
  switch (value.kind) {
    case "number":
      return String(value.number);
    case "text":
      return value.text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
    case "bytes":
      return Buffer.from(value.bytes).toString("hex");
  }
}
