// Trace events as the reference's scripts print them: the same columns, their header again every ten lines (spec 05 §19.2).

import type { TraceEvent, TraceValue } from "opte-api";
import { textWidth } from "./text-width.js";

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

/** What stands behind the columns as `name=value`, because few events of a script have it. */
const DETAILS: ReadonlySet<string> = new Set(["src", "mode", "hops"]);

/** Prints events as they come; columns grow with what has been seen of their probe. */
export class TraceColumns {
  readonly #widths = new Map<string, number[]>();
  /** The last header, and the lines since then. */
  #header = "";
  #lines = 0;

  /** The lines of one event. */
  print(event: TraceEvent): string {
    const fields = event.fields.filter(([name]) => !DETAILS.has(name));
    const headings = fields.map(([name]) => HEADINGS.get(name) ?? name.toUpperCase());
    const cells = fields.map(([, value]) => valueText(value));
    const details = event.fields
      .filter(([name]) => DETAILS.has(name))
      .map(([name, value]) => `${name}=${valueText(value)}`);
    const known = this.#widths.get(event.probe) ?? [];
    const widths = headings.map((heading, i) => Math.max(known[i] ?? 0, textWidth(heading), textWidth(cells[i] ?? "")));
    this.#widths.set(event.probe, widths);
    const line = (texts: readonly string[]): string =>
      `${texts
        .map((text, i) => text + " ".repeat(Math.max(0, (widths[i] ?? 0) - textWidth(text))))
        .join(" ")
        .trimEnd()}\n`;
    const names = `${event.probe} ${headings.join()}`;
    const isDue = names !== this.#header || this.#lines === HEADER_EVERY;
    this.#header = names;
    this.#lines = isDue ? 1 : this.#lines + 1;
    return (isDue ? line(headings) : "") + line([...cells, ...details]);
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
