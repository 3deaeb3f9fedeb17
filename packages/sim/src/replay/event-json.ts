// Events and summaries as JSON, for machines.

import type { FlowId } from "opte-core";
import type { JsonValue } from "oxide-vpc/api";
import { secondsText } from "./event-line.js";
import type { ExternalFlow } from "./external-flows.js";
import { packetText } from "./packet-text.js";
import type { ProcessedEvent, ReplayEvent } from "./replay-event.js";
import type { ReplaySummary } from "./replay-summary.js";

/** An event as what `JSON.stringify` takes; frames are written in hex, times as decimal text, because they are 64-bit numbers. */
export function eventJson(event: ReplayEvent): JsonValue {
  const { kind, number, timestampNs, elapsedNs, direction, captured, flow } = event;
  return {
    kind,
    number,
    timestampNs: String(timestampNs),
    elapsedS: Number(secondsText(elapsedNs)),
    direction,
    text: packetText(captured, flow),
    ...(flow === undefined ? {} : { flow: flowJson(flow) }),
    ...detailJson(event),
    captured: hex(captured),
  };
}

/** A summary as what `JSON.stringify` takes. */
export function summaryJson(summary: ReplaySummary): JsonValue {
  const { durationNs, flows, drops, recorded, ...rest } = summary;
  return {
    kind: "summary",
    ...rest,
    durationS: Number(secondsText(durationNs)),
    recorded: { ...recorded },
    drops: drops.map((drop) => ({ ...drop })),
    flows: flows.map(externalFlowJson),
  };
}

function detailJson(event: ReplayEvent): Readonly<Record<string, JsonValue>> {
  switch (event.kind) {
    case "unusable":
      return { reason: event.reason };
    case "recorded": {
      const { ours } = event;
      if (ours === undefined) return {};
      return { ours: { number: ours.number, differences: ours.differences, frame: hex(ours.frame) } };
    }
    default:
      return processedJson(event);
  }
}

function processedJson(event: ProcessedEvent): Readonly<Record<string, JsonValue>> {
  const { verdict, path, layer, ruleId, rule, reason, externalFlow, steps, input, output } = event;
  return {
    verdict,
    path,
    ...(layer === undefined ? {} : { layer }),
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(rule === undefined ? {} : { rule: { ...rule } }),
    ...(reason === undefined ? {} : { reason }),
    ...(externalFlow === undefined ? {} : { externalFlow: flowJson(externalFlow) }),
    steps: steps.map((step) => ({ ...step })),
    input: hex(input),
    ...(output === undefined ? {} : { output: hex(output) }),
  };
}

function externalFlowJson({ flow, external, ...counts }: ExternalFlow): JsonValue {
  return { flow: flowJson(flow), external: flowJson(external), ...counts };
}

function flowJson(flow: FlowId): JsonValue {
  return { ...flow, src: flow.src.toString(), dst: flow.dst.toString() };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
