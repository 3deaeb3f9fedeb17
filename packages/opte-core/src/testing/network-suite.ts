// The conformance suite of network definitions.

import type { Direction } from "opte-api";
import { Frame, MAX_FRAME_LEN } from "../packet/frame.js";
import { Packet } from "../packet/packet.js";
import type { HandlePacketOutcome, NetworkDefinition } from "../port/network-definition.js";
import type { Port } from "../port/port.js";
import { expectSound, parsedText } from "./parsed-packet.js";
import { portCases } from "./port-cases.js";
import { about, describeFrame, oddFrames, place, PLACES, ROOMY, type SampleFrame } from "./sample-frames.js";
import { check, type TestCase } from "./test-case.js";

/** A network definition under test. */
export interface NetworkSubject {
  /** Frames that the network carries: one of each kind that it knows, of both directions. */
  readonly frames: readonly SampleFrame[];
  /** Makes the network, the same each time. */
  makeNetwork(): NetworkDefinition;
  /**
   * Makes a running port of the network, with its layers and rules, the same each time. Given it, whole ports are tested too, and so
   * the network's actions. Its providers must be deterministic: a clock and a random source that start anew with each port.
   */
  makePort?(): Port;
}

const ETHER_LEN = 14;
const OUTCOMES: readonly string[] = ["allow", "deny", "hairpin", "error"] satisfies HandlePacketOutcome["kind"][];
/** What stands in a reply's buffer from an earlier answer. */
const STALE = 0xee;

/**
 * The contract of {@link NetworkDefinition}: every rule is tried with the sample frames and thousands made of them, cut short and
 * damaged. The suite finds what breaks the engine; whether the network does what its users want is for tests of its own.
 */
export function networkSuite(subject: NetworkSubject): readonly TestCase[] {
  /** A rule about every frame that a guest or a wire may bring. */
  const ruleOfFrames = (
    name: string,
    run: (network: NetworkDefinition, sample: SampleFrame, packet: Packet) => void,
  ): TestCase => ({
    name,
    run(): void {
      const network = subject.makeNetwork();
      const packet = new Packet();
      for (const sample of oddFrames(subject.frames)) {
        about(sample, () => {
          run(network, sample, packet);
        });
      }
    },
  });
  /** A rule about every packet that the parser accepts. */
  const ruleOfPackets = (
    name: string,
    run: (network: NetworkDefinition, dir: Direction, packet: Packet) => void,
  ): TestCase =>
    ruleOfFrames(name, (network, sample, packet) => {
      packet.frame = place(sample.bytes, ROOMY);
      if (network.parse(sample.dir, packet)) run(network, sample.dir, packet);
    });

  return [
    {
      name: "parses every sample frame",
      run(): void {
        const network = subject.makeNetwork();
        check(subject.frames.length > 0, "Expected sample frames to try the network with, got none");
        for (const sample of subject.frames) {
          const text = parse(network, sample.dir, place(sample.bytes, ROOMY));
          check(!text.startsWith(REFUSED), `Expected ${describeFrame(sample)} to be parsed, but it was ${text}`);
        }
      },
    },
    ruleOfFrames("parses without throwing, whatever the bytes", (network, { dir, bytes }, packet) => {
      packet.frame = place(bytes, ROOMY);
      network.parse(dir, packet);
    }),
    ruleOfFrames("parses without changing the frame", (network, { dir, bytes }, packet) => {
      const frame = place(bytes, ROOMY);
      packet.frame = frame;
      expectUntouched(frame, () => network.parse(dir, packet));
      check(packet.frame === frame, "Expected the packet to keep its frame, got another");
    }),
    ruleOfPackets("finds headers that lie in the frame, and their flow", (_network, _dir, packet) => {
      expectSound(packet);
    }),
    ruleOfFrames("parses the frame alone, whatever stands around it", (network, { dir, bytes }) => {
      const expected = parse(network, dir, place(bytes, ROOMY));
      for (const surroundings of PLACES) {
        const got = parse(network, dir, place(bytes, surroundings));
        check(got === expected, `Expected ${expected} with ${JSON.stringify(surroundings)} as well, got ${got}`);
      }
    }),
    ruleOfFrames("parses a frame alike after any other", (network, { dir, bytes }, packet) => {
      // This packet has been through every frame before.
      const got = parse(network, dir, place(bytes, ROOMY), packet);
      const expected = parse(network, dir, place(bytes, ROOMY));
      check(got === expected, `Expected ${expected} as if it came first, got ${got}`);
    }),
    ruleOfPackets("handles packets without throwing, and with an outcome of the four", (network, dir, packet) => {
      const outcome = network.handlePacket(dir, packet, emptyReply());
      check(OUTCOMES.includes(outcome.kind), `Expected one of ${OUTCOMES.join(", ")}, got "${outcome.kind}"`);
      check(
        outcome.kind !== "error" || outcome.text !== "",
        "Expected an error to say what is wrong, got an empty text",
      );
    }),
    ruleOfPackets("handles packets without changing the frame", (network, dir, packet) => {
      expectUntouched(packet.frame, () => network.handlePacket(dir, packet, emptyReply()));
    }),
    ruleOfPackets("answers with a frame that can be sent, in a buffer of its own", (network, dir, packet) => {
      const reply = emptyReply();
      if (network.handlePacket(dir, packet, reply).kind !== "hairpin") return;
      check(
        reply.length >= ETHER_LEN && reply.length <= MAX_FRAME_LEN,
        `Expected an answer of ${ETHER_LEN} to ${MAX_FRAME_LEN} bytes, got ${reply.length}`,
      );
      check(reply.start >= 0 && reply.end <= reply.bytes.length, "Expected the answer to lie in its buffer");
      check(reply.bytes.buffer !== packet.frame.bytes.buffer, "Expected a buffer of its own, got the packet's");
    }),
    ruleOfPackets("handles a packet alike again, whatever stood in the reply", (network, dir, packet) => {
      const expected = handle(network, dir, packet, emptyReply());
      const got = handle(network, dir, packet, staleReply());
      check(got === expected, `Expected ${expected} again, got ${got}`);
    }),
    ...(subject.makePort === undefined ? [] : portCases(subject.frames, subject.makePort.bind(subject))),
  ];
}

const REFUSED = "refused: ";

function parse(network: NetworkDefinition, dir: Direction, frame: Frame, packet: Packet = new Packet()): string {
  packet.frame = frame;
  return network.parse(dir, packet) ? parsedText(packet) : `${REFUSED}${packet.parseError.toString()}`;
}

function handle(network: NetworkDefinition, dir: Direction, packet: Packet, reply: Frame): string {
  const outcome = network.handlePacket(dir, packet, reply);
  return outcome.kind === "hairpin" ? `an answer ${reply.toBytes().join()}` : JSON.stringify(outcome);
}

function expectUntouched(frame: Frame, action: () => unknown): void {
  const { bytes, start, end } = frame;
  const before = bytes.slice();
  action();
  check(
    frame.bytes === bytes && frame.start === start && frame.end === end,
    `Expected the frame to stay at ${start}..${end}, got it at ${frame.start}..${frame.end}`,
  );
  const changed = bytes.findIndex((byte, i) => byte !== before[i]);
  check(
    changed === -1,
    `Expected the frame's buffer to stay as it is, but byte ${changed - start} of the frame changed`,
  );
}

function emptyReply(): Frame {
  return new Frame(new Uint8Array(0), 0, 0);
}

function staleReply(): Frame {
  return new Frame(new Uint8Array(2048).fill(STALE), 400, 500);
}
