// Chooses packets by what is asked for: `dir=out proto=tcp host=93.184.216.34 verdict=drop`.

import { IpAddr, IpProtocol, TextError } from "opte-api";
import { decodeFrame } from "../decode/decode.js";
import { outcomeOf } from "./event-line.js";
import { type ReplayEvent, VERDICTS } from "./replay-event.js";

/** A filter cannot be read; the message names the term at fault. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

/** Tells whether an event is one of those asked for. */
export type EventFilter = (event: ReplayEvent) => boolean;

const KINDS: readonly string[] = ["guest", "return", "recorded", "unusable"];
const DIRECTIONS: readonly string[] = ["in", "out"];
const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: IpProtocol.Tcp,
  udp: IpProtocol.Udp,
  icmp: IpProtocol.Icmp,
  icmp6: IpProtocol.Icmpv6,
};
const MAX_PORT = 0xffff;

/** Readers of the terms' values. */
const TERMS: Readonly<Record<string, (value: string) => EventFilter>> = {
  dir: (value) => {
    oneOf(value, DIRECTIONS);
    return (event) => event.direction === value;
  },
  kind: (value) => {
    oneOf(value, KINDS);
    return (event) => event.kind === value;
  },
  verdict: (value) => {
    oneOf(value, VERDICTS);
    return (event) => outcomeOf(event) === value;
  },
  proto: (value) => {
    oneOf(value, ["arp", ...Object.keys(PROTOCOLS)]);
    const proto = PROTOCOLS[value];
    return (event) => (proto === undefined ? arpHosts(event).length > 0 : event.flow?.proto === proto);
  },
  layer: (value) => {
    if (value === "") throw new FilterError("expected the name of a layer");
    return (event) => "layer" in event && event.layer === value;
  },
  host: (value) => {
    const host = IpAddr.parse(value).toString();
    return (event) => hosts(event).includes(host);
  },
  port: (value) => {
    const port = Number(value);
    if (!/^\d+$/.test(value) || port > MAX_PORT) throw new FilterError(`expected a number from 0 to ${MAX_PORT}`);
    return (event) => ports(event).includes(port);
  },
};

/**
 * Reads a filter: terms joined by blanks, all of which must hold. Hosts and ports are those of either end, of the flow as captured and
 * as the outside knows it.
 *
 * @throws FilterError
 */
export function parseFilter(text: string): EventFilter {
  const filters = text
    .split(/\s+/)
    .filter((term) => term !== "")
    .map(parseTerm);
  return (event) => filters.every((matches) => matches(event));
}

function parseTerm(term: string): EventFilter {
  const equals = term.indexOf("=");
  const read = Object.entries(TERMS).find(([key]) => key === term.slice(0, Math.max(0, equals)))?.[1];
  if (read === undefined) {
    const known = Object.keys(TERMS).join("=, ");
    throw new FilterError(`Filter term "${term}" is not known: terms begin with ${known}=`);
  }
  try {
    return read(term.slice(equals + 1));
  } catch (error) {
    if (!(error instanceof FilterError || error instanceof TextError)) throw error;
    throw new FilterError(`Filter term "${term}" cannot be used: ${error.message}`);
  }
}

function oneOf(value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new FilterError(`expected ${allowed.slice(0, -1).join(", ")} or ${allowed.at(-1) ?? ""}`);
}

function hosts(event: ReplayEvent): string[] {
  const ends = flows(event).flatMap(({ src, dst }) => [src.toString(), dst.toString()]);
  return event.flow === undefined ? arpHosts(event) : ends;
}

function ports(event: ReplayEvent): number[] {
  return flows(event).flatMap((flow) => (flow.kind === "ports" ? [flow.srcPort, flow.dstPort] : []));
}

function flows(event: ReplayEvent): NonNullable<ReplayEvent["flow"]>[] {
  const external = "externalFlow" in event ? event.externalFlow : undefined;
  return [event.flow, external].filter((flow) => flow !== undefined);
}

/** Sender and target of an ARP message; none of other frames. */
function arpHosts(event: ReplayEvent): string[] {
  const arp = decodeFrame(event.captured).find(({ name }) => name === "ARP");
  return arp?.fields.filter(({ name }) => name === "spa" || name === "tpa").map(({ value }) => value) ?? [];
}
