// Replays a capture through a VPC port: what the guest sent goes out, what the outside answered comes in.
//
//   guest's frame ─────────────────────────────► port, out ─► encapsulated frame, or an answer to the guest
//   outside's frame ─► readdressed, encapsulated ─► port, in ─► the guest's frame
//   gateway's own frame: shown beside our answer

import type { Direction } from "opte-api";
import { DROP_REASON_NAMES, Frame, type Port, Verdict } from "opte-core";
import { openPort, VpcMappings } from "oxide-vpc";
import type { CapturePacket } from "../capture/capture-packet.js";
import { packetProblem, readCapture } from "../capture/capture.js";
import { AnswerBook } from "./answer-book.js";
import { BoundaryServices } from "./boundary-services.js";
import { CaptureClock } from "./capture-clock.js";
import { ExternalFlows } from "./external-flows.js";
import { FrameSorter } from "./frame-sorter.js";
import { LayerTrail } from "./layer-trail.js";
import { processErrorText } from "./process-error-text.js";
import type { ReplayConfig } from "./replay-config.js";
import { type EventBase, PATH_NAMES, type ProcessedEvent, type ReplayEvent, VERDICTS } from "./replay-event.js";
import { RuleTexts } from "./rule-texts.js";
import { type ReplaySummary, SummaryCounter } from "./replay-summary.js";

/**
 * Replays a capture, packet by packet as the events are asked for.
 *
 * @param capture a pcap or pcapng file
 * @throws OpteError if the port cannot be made
 */
export function replay(capture: Uint8Array, config: ReplayConfig): Replay {
  return new Replay(capture, config);
}

/** A replay under way: an iterable of events that can be gone through once. */
export class Replay implements Iterable<ReplayEvent> {
  readonly #packets: Iterable<CapturePacket>;
  readonly #clock: CaptureClock = new CaptureClock();
  readonly #trail: LayerTrail = new LayerTrail();
  readonly #port: Port;
  readonly #sorter: FrameSorter;
  readonly #boundary: BoundaryServices;
  readonly #rules: RuleTexts;
  readonly #flows: ExternalFlows = new ExternalFlows();
  readonly #answers: AnswerBook = new AnswerBook();
  readonly #counter: SummaryCounter = new SummaryCounter();
  #startNs: bigint | undefined;
  #number = 0;
  #offset = 0;

  constructor(capture: Uint8Array, config: ReplayConfig) {
    this.#packets = readCapture(capture);
    this.#port = openPort(config, new VpcMappings(), { clock: this.#clock, probes: this.#trail }).port;
    this.#port.start();
    this.#sorter = new FrameSorter(config);
    this.#boundary = new BoundaryServices(config);
    this.#rules = new RuleTexts(this.#port);
  }

  /** How far the capture has been read, in bytes. */
  get offset(): number {
    return this.#offset;
  }

  /** What has happened so far. */
  summary(): ReplaySummary {
    return this.#counter.summary(this.#flows.flows, this.#port);
  }

  /**
   * The events in the capture's order.
   *
   * @throws CaptureError if the file is no capture, or, behind its last good packet, where it is truncated or corrupt
   */
  *[Symbol.iterator](): Generator<ReplayEvent, void, undefined> {
    for (const packet of this.#packets) {
      this.#offset = packet.offset;
      const event = this.#play(packet);
      this.#counter.count(event);
      yield event;
    }
  }

  #play(packet: CapturePacket): ReplayEvent {
    const { bytes, timestampNs } = packet;
    this.#startNs ??= timestampNs;
    this.#clock.advance(timestampNs, () => {
      this.#port.expireFlows();
    });
    const sender = this.#sorter.senderOf(bytes);
    const { packet: parsed, isParsed } = this.#sorter;
    const hasFlow = isParsed && !parsed.flow.isDefault;
    const base: EventBase = {
      number: ++this.#number,
      timestampNs,
      elapsedNs: timestampNs - this.#startNs,
      direction: sender === "guest" ? "out" : "in",
      captured: bytes,
      ...(hasFlow ? { flow: parsed.flow.toFlowId() } : {}),
    };
    const reason = packetProblem(packet);
    if (reason !== undefined) return { ...base, kind: "unusable", reason };
    switch (sender) {
      case "guest":
        return this.#sendOut(base);
      case "gateway": {
        const ours = this.#answers.take(parsed);
        return { ...base, kind: "recorded", ...(ours === undefined ? {} : { ours }) };
      }
      case "outside":
        return this.#bringIn(base);
    }
  }

  #sendOut(base: EventBase): ProcessedEvent {
    const event = this.#process("out", Frame.ofGuest(base.captured), { ...base, kind: "guest", input: base.captured });
    const { verdict, flow, flowAfter } = this.#port.result;
    if (verdict === Verdict.Modified) this.#flows.noteOut(flow, flowAfter, base.captured.length);
    if (verdict === Verdict.Hairpin && event.output !== undefined) this.#answers.note(base.number, event.output);
    return verdict === Verdict.Modified && !flow.equals(flowAfter)
      ? { ...event, externalFlow: flowAfter.toFlowId() }
      : event;
  }

  #bringIn(base: EventBase): ProcessedEvent {
    const { packet, isParsed } = this.#sorter;
    const outside = isParsed ? this.#flows.noteIn(packet.flow, base.captured.length) : undefined;
    const input = this.#boundary.bring(packet, isParsed, outside);
    const event = this.#process("in", Frame.ofUnderlay(input), { ...base, kind: "return", input });
    const { flow } = this.#port.result;
    return event.verdict !== "parse_error" && !flow.equals(packet.flow)
      ? { ...event, externalFlow: flow.toFlowId() }
      : event;
  }

  /** Takes a frame through the port, and adds what came of it to the event. */
  #process(dir: Direction, frame: Frame, event: EventBase & Pick<ProcessedEvent, "kind" | "input">): ProcessedEvent {
    this.#trail.begin();
    const verdict = this.#port.process(dir, frame);
    const { result } = this.#port;
    const { layer, ruleId } = result;
    const rule = ruleId < 0 ? undefined : this.#rules.find(layer, dir, ruleId);
    const reason = this.#reason(verdict);
    const output = verdict === Verdict.Modified ? frame : verdict === Verdict.Hairpin ? result.hairpin : undefined;
    return {
      ...event,
      verdict: VERDICTS[verdict],
      path: PATH_NAMES[result.path],
      steps: this.#trail.steps,
      ...(output === undefined ? {} : { output: output.toBytes() }),
      ...(layer === "" ? {} : { layer }),
      ...(ruleId < 0 ? {} : { ruleId }),
      ...(rule === undefined ? {} : { rule }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  #reason(verdict: Verdict): string | undefined {
    const { result } = this.#port;
    switch (verdict) {
      case Verdict.Drop:
        return DROP_REASON_NAMES[result.reason];
      case Verdict.ParseError:
        return result.parseError.toString();
      case Verdict.Error:
        return result.error === undefined ? undefined : processErrorText(result.error);
      default:
        return undefined;
    }
  }
}
