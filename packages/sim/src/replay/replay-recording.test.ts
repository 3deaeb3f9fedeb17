import { describe, expect, it } from "vitest";
import { EVENTS } from "../../test/events.js";
import type { CapturePacket } from "../capture/capture-packet.js";
import { readCapture } from "../capture/capture.js";
import { summarizeFrame } from "../decode/frame-summary.js";
import { ReplayRecording } from "./replay-recording.js";
import type { ReplayEvent } from "./replay-event.js";

function record(...events: readonly ReplayEvent[]): CapturePacket[] {
  const blocks: Uint8Array[] = [];
  const recording = new ReplayRecording((block) => blocks.push(block));
  for (const event of events) recording.write(event);
  return [...readCapture(new Uint8Array(Buffer.concat(blocks)))];
}

const described = (...events: readonly ReplayEvent[]): string[] =>
  record(...events).map(
    ({ interface: { name }, direction, bytes, comment }) =>
      `${name ?? ""} ${direction ?? ""}: ${summarizeFrame(bytes)} | ${comment ?? ""}`,
  );

describe("the recording of a replay", () => {
  it("has a guest's packet on the guest's side, and what became of it on the underlay's", () => {
    expect(described(EVENTS.sentByProgram)).toEqual([
      "guest outbound: IPv4 172.30.0.5 > 8.8.8.8 UDP 5000 > 53 | out modified (compiled) as 10.77.77.13:4096 [input of packet 3]",
      "underlay outbound: Geneve vni 99: IPv4 10.77.77.13 > 8.8.8.8 UDP 4096 > 53 | out modified (compiled) as 10.77.77.13:4096 [output of packet 3]",
    ]);
  });

  it("has a packet of the outside on the underlay's side, and what the guest gets on its own", () => {
    expect(described(EVENTS.deliveredByLayers).map((text) => text.replace(/ \|.*/, ""))).toEqual([
      "underlay inbound: Geneve vni 1287581: IPv4 8.8.8.8 > 10.77.77.13 UDP 53 > 4096",
      "guest inbound: IPv4 8.8.8.8 > 172.30.0.5 UDP 53 > 5000",
    ]);
  });

  it("has an answer on the guest's side", () => {
    expect(described(EVENTS.answeredArp).map((text) => text.replace(/ \|.*/, ""))).toEqual([
      "guest outbound: ARP who has 172.30.0.1, tell 172.30.0.5",
      "guest inbound: ARP 172.30.0.1 is at A8:40:25:FF:77:77",
    ]);
  });

  it("has of a dropped packet what went in, with the reason", () => {
    expect(described(EVENTS.refusedByDefault)).toEqual([
      "guest outbound: IPv4 172.30.0.9 > 8.8.8.8 TCP 5000 > 80 SYN | out drop (layers) gateway default [input of packet 9]",
    ]);
  });

  it("keeps the times of the capture", () => {
    const { sentByProgram: event } = EVENTS;
    expect(record(event).map(({ timestampNs }) => timestampNs)).toEqual([event.timestampNs, event.timestampNs]);
  });

  it("has nothing of what did not pass the port", () => {
    expect(record(EVENTS.recordedAlike, EVENTS.unusable)).toEqual([]);
  });
});
