// What must hold of a whole port of a network: its parser, its rules and its actions together.

import { MAX_FRAME_LEN, type Frame } from "../packet/frame.js";
import type { Port } from "../port/port.js";
import { DropReason, Verdict, VERDICT_NAMES } from "../verdict.js";
import { about, describeFrame, oddFrames, place, ROOMY, type SampleFrame } from "./sample-frames.js";
import { check, type TestCase } from "./test-case.js";

const ETHER_LEN = 14;

/**
 * Rules of a port that gets the sample frames and those made of them, one after the other.
 *
 * @param makePort makes a running port, the same each time
 */
export function portCases(samples: readonly SampleFrame[], makePort: () => Port): readonly TestCase[] {
  return [
    {
      name: "makes a port that is running",
      run(): void {
        const { state } = makePort();
        check(state === "running", `Expected makePort to start the port, but it is ${state}`);
      },
    },
    {
      name: "makes a port that never throws, and says of every frame what became of it",
      run(): void {
        const port = makePort();
        for (const sample of oddFrames(samples)) {
          about(sample, () => {
            // A flow that is known asks no action again, so every frame comes first once, and then as its flow's second.
            port.reset();
            port.start();
            for (let i = 0; i < 2; i++) {
              const frame = place(sample.bytes, ROOMY);
              expectExplained(port, port.process(sample.dir, frame), frame);
            }
          });
        }
      },
    },
    {
      name: "makes a port that does without headroom",
      run(): void {
        const port = makePort();
        for (const sample of samples) {
          about(sample, () => {
            const frame = place(sample.bytes, { headroom: 0, tailroom: 0, fill: 0 });
            expectExplained(port, port.process(sample.dir, frame), frame);
          });
        }
      },
    },
    {
      name: "makes ports that treat the same frames alike",
      run(): void {
        const port = makePort();
        const twin = makePort();
        for (const sample of oddFrames(samples)) {
          const expected = outcome(port, sample);
          const got = outcome(twin, sample);
          check(got === expected, `Expected both ports to give ${expected} for ${describeFrame(sample)}, got ${got}`);
        }
        const [expected, got] = [port, twin].map((each) => JSON.stringify(each.stats()));
        check(got === expected, `Expected both ports to count ${expected ?? ""}, got ${got ?? ""}`);
      },
    },
  ];
}

function expectExplained({ result }: Port, verdict: Verdict, frame: Frame): void {
  switch (verdict) {
    case Verdict.Modified:
      expectSendable("the frame", frame);
      break;
    case Verdict.Hairpin:
      expectSendable("the answer", result.hairpin);
      break;
    case Verdict.Drop:
      check(result.reason !== DropReason.None, "Expected a reason of the drop, got none");
      break;
    case Verdict.Error:
      check(result.error !== undefined, "Expected an error to say what is wrong, got none");
      break;
    case Verdict.ParseError:
      check(result.parseError.toString() !== "", "Expected a parse error to say what is wrong, got an empty text");
  }
}

function expectSendable(what: string, { bytes, start, end, length }: Frame): void {
  check(
    start >= 0 && end <= bytes.length && length >= ETHER_LEN && length <= MAX_FRAME_LEN,
    `Expected ${what} to have ${ETHER_LEN} to ${MAX_FRAME_LEN} bytes in its buffer, got ${start}..${end} of ${bytes.length}`,
  );
}

/** Verdict and bytes of a frame, as text. */
function outcome(port: Port, { dir, bytes }: SampleFrame): string {
  const frame = place(bytes, ROOMY);
  const verdict = port.process(dir, frame);
  const { result } = port;
  const name = VERDICT_NAMES[verdict] ?? "";
  if (verdict === Verdict.Hairpin) return `${name} ${result.hairpin.toBytes().join()}`;
  if (verdict === Verdict.Modified) return `${name} ${frame.toBytes().join()}`;
  return `${name} ${result.layer} ${result.reason} ${JSON.stringify(result.error)}`;
}
