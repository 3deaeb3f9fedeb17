// The reference drops every frame whose Geneve header says that critical options are present, unless it finds an unknown one first.

import type { DeviationRule, DeviationWatch } from "../deviation.js";
import { runOp } from "../run-op.js";
import type { PacketOp, ScenarioOp, StepResult } from "../scenario.js";
import type { SubjectPort } from "../subject.js";

const ETHER_LEN = 14;
const IPV6_LEN = 40;
const UDP_LEN = 8;
const GENEVE_LEN = 8;
const CRITICAL_FLAG = 0x40;
const CRITICAL_TYPE = 0x80;
const OXIDE_CLASS = 0x0129;
/** Bytes of data that the options of the Oxide class need, by type: External, Multicast, MSS. */
const OXIDE_DATA_LEN = [0, 4, 4];

/**
 * Spec 01 W16: RFC 8926 §3.5 has an endpoint drop a frame for a critical option that it does not know, and for nothing else. So a frame
 * with the flag and without such an option must fare exactly as the same frame without the flag does: a twin of the port gets that one.
 */
export const CRITICAL_FLAG_RULE: DeviationRule = {
  weakness: "01 W16",
  sentence:
    "A frame with the critical flag and no unknown critical option is treated as if it had no flag, not dropped.",
  watch: (makeTwin) => new TwinWatch(makeTwin),
};

/** From the first such frame on, expects of the port what the twin does. */
class TwinWatch implements DeviationWatch {
  readonly #makeTwin: () => SubjectPort;
  readonly #earlier: ScenarioOp[] = [];
  #twin: SubjectPort | undefined = undefined;

  constructor(makeTwin: () => SubjectPort) {
    this.#makeTwin = makeTwin;
  }

  expect(op: ScenarioOp, expected: StepResult): StepResult | undefined {
    const flagged = op.op === "packet" && isWronglyDropped(op, expected);
    if (this.#twin === undefined && !flagged) {
      this.#earlier.push(op);
      return undefined;
    }
    const twin = this.#twin ?? this.#catchUp();
    this.#twin = twin;
    return runOp(twin, flagged ? withoutFlag(op) : op);
  }

  #catchUp(): SubjectPort {
    const twin = this.#makeTwin();
    for (const op of this.#earlier) runOp(twin, op);
    return twin;
  }
}

function isWronglyDropped({ dir, frame }: PacketOp, expected: StepResult): boolean {
  if (dir !== "in" || !("verdict" in expected) || expected.verdict !== "parse_error") return false;
  const { error } = expected;
  if (error.kind !== "header" || error.header !== "geneve_option" || error.error !== "TooSmall") return false;
  const geneve = geneveAt(frame);
  return (byte(frame, geneve + 1) & CRITICAL_FLAG) !== 0 && areOptionsFine(frame, geneve);
}

/** Whether every option is whole, and known or not critical. */
function areOptionsFine(frame: Uint8Array, geneve: number): boolean {
  const end = geneve + GENEVE_LEN + (byte(frame, geneve) & 63) * 4;
  for (let at = geneve + GENEVE_LEN; at < end;) {
    const optionClass = byte(frame, at) * 256 + byte(frame, at + 1);
    const type = byte(frame, at + 2);
    const dataLen = (byte(frame, at + 3) & 31) * 4;
    const needed = optionClass === OXIDE_CLASS ? OXIDE_DATA_LEN[type] : undefined;
    if (needed === undefined ? (type & CRITICAL_TYPE) !== 0 : dataLen < needed) return false;
    at += 4 + dataLen;
  }
  return true;
}

function withoutFlag(op: PacketOp): PacketOp {
  const frame = op.frame.slice();
  const at = geneveAt(frame) + 1;
  frame[at] = byte(frame, at) & ~CRITICAL_FLAG;
  return { ...op, frame };
}

/** Offset of the Geneve header behind Ethernet, IPv6 with its extension headers, and UDP. */
function geneveAt(frame: Uint8Array): number {
  let next = byte(frame, ETHER_LEN + 6);
  let at = ETHER_LEN + IPV6_LEN;
  while (next !== 17 && at < frame.length) {
    const len = next === 44 ? 8 : 8 + 8 * byte(frame, at + 1);
    next = byte(frame, at);
    at += len;
  }
  return at + UDP_LEN;
}

function byte(frame: Uint8Array, at: number): number {
  return frame[at] ?? 0;
}
