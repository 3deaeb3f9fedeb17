import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arp, bytes, ethernet, FROM_GUEST, icmp, ipFrame, tcp, TO_GUEST, udp } from "../../test/frames.js";
import { captureOf, type MadePacket, RECORDED_CAPTURE, replayConfig } from "../../test/replay-inputs.js";
import { CaptureError } from "../capture/capture-error.js";
import { summarizeFrame } from "../decode/frame-summary.js";
import { replay } from "./replay.js";
import { type ReplayEvent, VERDICTS } from "./replay-event.js";

const GUEST = "172.30.0.5";
const HOST = "8.8.8.8";
const query = (srcPort: number): Uint8Array => ipFrame(FROM_GUEST, [GUEST, HOST], 17, udp(srcPort, 53));
const answer = (dstPort: number): Uint8Array => ipFrame(TO_GUEST, [HOST, GUEST], 17, udp(53, dstPort));

function play(packets: readonly MadePacket[], externalIps?: { v4: object; v6: object }): ReplayEvent[] {
  return [...replay(captureOf(packets), replayConfig(externalIps))];
}

const external = (event: ReplayEvent | undefined): unknown =>
  event !== undefined && "externalFlow" in event && event.externalFlow;
const outputText = (event: ReplayEvent | undefined): string =>
  summarizeFrame((event !== undefined && "output" in event && event.output) || new Uint8Array());

describe("a replay", () => {
  it("is lazy: nothing is played before it is asked for", () => {
    const replayed = replay(captureOf([[query(5000)], [answer(5000)]]), replayConfig());
    expect(replayed.summary().packets).toBe(0);
    replayed[Symbol.iterator]().next();
    expect(replayed.summary().packets).toBe(1);
  });

  it("leaves the capture as it is, be it Node's Buffer", () => {
    const capture = readFileSync(RECORDED_CAPTURE);
    for (const event of replay(capture, replayConfig())) expect(event.captured.buffer).toBe(capture.buffer);
    expect(capture.equals(readFileSync(RECORDED_CAPTURE))).toBe(true);
  });

  it("gives the same events each time", () => {
    const run = (): ReplayEvent[] => [...replay(readFileSync(RECORDED_CAPTURE), replayConfig())];
    expect(run()).toEqual(run());
  });

  it("lets flows grow old by the capture's time: 60 s idle, and an answer comes to nobody", () => {
    const young = play([
      [query(5000), 0],
      [answer(5000), 59_999],
    ]);
    expect(young).toMatchObject([{ verdict: "modified" }, { verdict: "modified" }]);
    const old = play([
      [query(5000), 0],
      [answer(5000), 60_000],
    ]);
    expect(old).toMatchObject([{ verdict: "modified" }, { verdict: "drop", layer: "firewall", reason: "default" }]);
  });

  it("gives the external ports of expired flows to new ones, and answers follow", () => {
    const events = play([
      [query(5000), 0],
      [query(5001), 70_000],
      [answer(5001), 70_001],
    ]);
    expect(events.map(external)).toMatchObject([{ srcPort: 4096 }, { srcPort: 4096 }, { dstPort: 4096 }]);
    expect(outputText(events[2])).toBe("IPv4 8.8.8.8 > 172.30.0.5 UDP 53 > 5001");
  });

  it("names no rule where a layer's default decides", () => {
    const [event] = play([[ipFrame(TO_GUEST, [HOST, GUEST], 17, udp(5000, 161))]]);
    expect(event).toMatchObject({ kind: "return", verdict: "drop", layer: "firewall", reason: "default" });
    expect(event).not.toHaveProperty("ruleId");
  });

  it("names the rule that decided, with its text", () => {
    const [event] = play([
      [ipFrame(FROM_GUEST, ["::", "ff02::1:ff00:5"], 58, icmp(135, 0, 0, 0, new Array(16).fill(1)))],
    ]);
    expect(event).toMatchObject({
      verdict: "drop",
      layer: "gateway",
      ruleId: 9,
      rule: { priority: 5, action: "Deny" },
    });
  });

  it("lets in whom the firewall lets in, and sends the guest's answer from the address that was asked", () => {
    const externalIps = { v4: { ephemeralIp: "10.60.1.20", floatingIps: ["10.60.1.21"] }, v6: {} };
    const events = play(
      [
        [ipFrame(TO_GUEST, [HOST, GUEST], 6, tcp(5000, 22, 0x02))],
        [ipFrame(FROM_GUEST, [GUEST, HOST], 6, tcp(22, 5000, 0x12))],
        [ipFrame(TO_GUEST, [HOST, GUEST], 6, tcp(5000, 22, 0x10))],
      ],
      externalIps,
    );
    expect(events.map(outputText)).toEqual([
      "IPv4 8.8.8.8 > 172.30.0.5 TCP 5000 > 22 SYN",
      "Geneve vni 99: IPv4 10.60.1.20 > 8.8.8.8 TCP 22 > 5000 SYN ACK",
      "IPv4 8.8.8.8 > 172.30.0.5 TCP 5000 > 22 ACK",
    ]);
  });

  it("tells what the layers did to the first packet of a flow", () => {
    const [first, second] = play([[query(5000)], [query(5000)]]);
    expect(first?.kind === "guest" && first.steps.map(({ layer, decidedBy }) => `${layer} ${decidedBy}`)).toEqual([
      "gateway rule",
      "firewall default",
      "router rule",
      "nat rule",
      "overlay rule",
    ]);
    expect(second).toMatchObject({ path: "compiled", steps: [] });
  });

  it("pairs each answer of the recorded gateway with ours, once", () => {
    const request = arp({ ...FROM_GUEST, to: "FF:FF:FF:FF:FF:FF" }, 1, GUEST, "172.30.0.1");
    const reply = arp(TO_GUEST, 2, "172.30.0.1", GUEST);
    const events = play([[request], [reply], [reply]]);
    expect(events[1]).toMatchObject({ kind: "recorded", ours: { number: 1, differences: [] } });
    expect(events[2]).toMatchObject({ kind: "recorded" });
    expect(events[2]).not.toHaveProperty("ours");
  });

  it("names the fields in which the recorded answer differs", () => {
    const request = ipFrame(FROM_GUEST, [GUEST, "172.30.0.1"], 1, icmp(8, 0, 7, 1));
    const reply = ipFrame(TO_GUEST, ["172.30.0.1", GUEST], 1, icmp(0, 0, 7, 1));
    const [, recorded] = play([[request], [reply]]);
    expect(recorded).toMatchObject({ ours: { number: 1, differences: ["IPv4 id", "IPv4 ttl", "IPv4 checksum"] } });
  });

  it("reports bad packets in the middle, and goes on", () => {
    const events = play([
      [query(5000)],
      [ethernet(FROM_GUEST, 0x88cc, [1, 2, 3])],
      [ethernet(TO_GUEST, 0x88cc, [1, 2, 3])],
      [new Uint8Array()],
      [query(5000).subarray(0, 30), 4, 45],
      [answer(5000)],
    ]);
    expect(events).toMatchObject([
      { kind: "guest", verdict: "modified" },
      { kind: "guest", direction: "out", verdict: "parse_error", reason: "inner_l3: Unwanted" },
      { kind: "return", direction: "in", verdict: "parse_error", reason: "inner_l3: Unwanted" },
      { kind: "return", verdict: "parse_error" },
      { kind: "unusable", reason: "Only 30 of 45 bytes were captured" },
      { kind: "return", verdict: "modified" },
    ]);
  });

  it("does not take frames of another link type for Ethernet", () => {
    const raw = captureOf([[query(5000).subarray(14)]], 101);
    expect([...replay(raw, replayConfig())]).toMatchObject([
      { kind: "unusable", reason: "Link type 101 is not Ethernet (1)" },
    ]);
  });

  it("gives the events in front of the damage, then says where it is", () => {
    const capture = readFileSync(RECORDED_CAPTURE).subarray(0, 20_000);
    const replayed = replay(capture, replayConfig());
    expect(() => [...replayed]).toThrow(CaptureError);
    expect(replayed.summary().packets).toBeGreaterThan(50);
  });

  it("refuses what is no capture", () => {
    expect(() => [...replay(bytes("00112233445566778899"), replayConfig())]).toThrow(/neither pcap nor pcapng/);
  });

  it("knows how far it has come", () => {
    const capture = readFileSync(RECORDED_CAPTURE);
    const replayed = replay(capture, replayConfig());
    let last = 0;
    for (const event of replayed) {
      expect(replayed.offset).toBeGreaterThan(last);
      last = replayed.offset;
      expect(event.number).toBeGreaterThan(0);
    }
    expect(last).toBeGreaterThan(0.9 * capture.length);
  });

  it("ends in events or in one CaptureError, whatever bytes of a capture are changed", () => {
    const capture = new Uint8Array(readFileSync(RECORDED_CAPTURE));
    const config = replayConfig();
    const change = fc.tuple(fc.nat(capture.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 200 }), fc.nat(capture.length), (changes, length) => {
        const mutated = capture.slice(0, length);
        for (const [at, value] of changes) if (at < length) mutated[at] = value;
        const verdicts = new Set<string>();
        try {
          for (const event of replay(mutated, config)) if ("verdict" in event) verdicts.add(event.verdict);
        } catch (error) {
          expect(error).toBeInstanceOf(CaptureError);
        }
        expect([...verdicts].filter((verdict) => !VERDICTS.some((known) => known === verdict))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("ends in events, whatever the frames in a sound capture are", () => {
    const frames = [...replay(readFileSync(RECORDED_CAPTURE), replayConfig())].map(({ captured }) => captured);
    const change = fc.tuple(fc.nat(frames.length - 1), fc.nat(100), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 300 }), (changes) => {
        const mutated = frames.map((frame) => new Uint8Array(frame));
        for (const [frame, at, value] of changes) mutated[frame]?.set([value], at % (mutated[frame].length || 1));
        const events = [...replay(captureOf(mutated.map((frame) => [frame])), replayConfig())];
        expect(events).toHaveLength(frames.length);
      }),
      { numRuns: 60 },
    );
  });
});
