// The fields of trace events, and the texts in them (spec 05 §19.2).

import { type Direction, type FlowId, IpProtocol, type TraceEvent, type TraceValue } from "opte-api";

/** The fields of one event, in their order. */
export type TraceFields = TraceEvent["fields"];

/** Makes fields of plain values: numbers that are counted as such, everything else by its text. */
export function traceFields(values: Readonly<Record<string, string | number | Uint8Array>>): TraceFields {
  return Object.entries(values).map(([name, value]) => [name, traceValue(value)]);
}

function traceValue(value: string | number | Uint8Array): TraceValue {
  if (typeof value === "string") return { kind: "text", text: value };
  if (typeof value === "number") return { kind: "number", number: Math.max(0, Math.floor(value)) };
  return { kind: "bytes", bytes: value };
}

/** A direction as the reference's scripts print it. */
export function directionText(dir: Direction): string {
  return dir === "in" ? "IN" : "OUT";
}

/**
 * A flow as the reference's scripts print it: `PROTO,src:sport,dst:dport`, IPv6 addresses in brackets. An ICMP flow has type and code in
 * place of the first port, `8/0`, and its id in place of the second; flows without ports have none.
 */
export function traceFlowText(flow: FlowId): string {
  const [src, dst] = [flow.src, flow.dst].map((ip) => (ip.family === 6 ? `[${ip.toString()}]` : ip.toString()));
  const [first, second] = infoTexts(flow);
  return `${IpProtocol.format(flow.proto)},${src ?? ""}${first},${dst ?? ""}${second}`;
}

function infoTexts(flow: FlowId): readonly [string, string] {
  switch (flow.kind) {
    case "ports":
      return [`:${flow.srcPort}`, `:${flow.dstPort}`];
    case "icmp":
      return [`:${flow.type}/${flow.code}`, `:${flow.id}`];
    case "none":
      return ["", ""];
  }
}
