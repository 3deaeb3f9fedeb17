import fc from "fast-check";
import { Ipv4Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { innerFrame } from "../../test/frames.js";
import { guest, parsedOk, TCP4 } from "../../test/parsing.js";
import { anyChain, anyInner } from "../../test/random-frames.js";
import { FlowKey } from "../flow/flow-id.js";
import { FlowPairs, NONE } from "../layer/flow-pairs.js";
import { compileProgram } from "../transform/program.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { TemplateTable } from "../transform/template-table.js";
import { PROGRAM, type Uft } from "./uft.js";
import { UftPair } from "./uft-pair.js";

/** Two tables of their own, and what fills them as the slow path does. */
class Trial {
  readonly pairs: FlowPairs = new FlowPairs();
  readonly templates: TemplateTable = new TemplateTable();
  readonly uft: UftPair = new UftPair(8, this.pairs, this.templates);

  /** Adds an inbound entry for a flow whose packets `chain` transforms, answered by `outbound`. @returns its slot */
  addInbound(flow: FlowKey, chain: readonly HeaderTransform[], outbound: FlowKey): number {
    const slot = this.#add(this.uft.in, flow, chain);
    this.uft.pair(slot, outbound);
    return slot;
  }

  addOutbound(flow: FlowKey): number {
    return this.#add(this.uft.out, flow, []);
  }

  /** What answers the inbound entry in `slot`. */
  answer(slot: number): FlowKey {
    const key = new FlowKey();
    this.uft.readOutbound(slot, key);
    return key;
  }

  #add(unified: Uft, flow: FlowKey, chain: readonly HeaderTransform[]): number {
    const slot = unified.insert(flow, 0, 1, NONE, () => undefined);
    const { records, stride } = unified.table;
    if (compileProgram(chain, flow, records, slot * stride + PROGRAM, this.templates)) {
      unified.setCompiled(slot, 0, "");
    } else {
      unified.setRecorded(slot, 0, { headers: chain, bodies: [], summary: "" });
    }
    return slot;
  }
}

const REMOTE = Uint8Array.of(8, 8, 8, 8);
const GUEST = Ipv4Addr.parse("10.0.0.5");

/** A flow from 8.8.8.8 to the guest's external address, 198.51.100.9. */
function arriving(proto: number, info: readonly [number, number]): FlowKey {
  const frame = innerFrame({ ...TCP4, src: REMOTE, dst: Uint8Array.of(198, 51, 100, 9), proto, info });
  return parsedOk(guest(frame)).flow.clone();
}

function mirrorOf(flow: FlowKey): FlowKey {
  const mirror = new FlowKey();
  mirror.mirrorFrom(flow);
  return mirror;
}

const toGuest: HeaderTransform = {
  name: "NAT",
  innerIp: { kind: "modify", fields: { version: 4, dst: GUEST } },
};
const toGuestPort: HeaderTransform = { ...toGuest, innerUlp: { kind: "modify", fields: { dstPort: 1000 } } };
const toGuestEcho: HeaderTransform = { ...toGuest, innerUlp: { kind: "modify", fields: { icmpId: 7 } } };

/** A flow that answers one which arrived, by way of what its packets become. */
function answerTo(flow: FlowKey, change: (delivered: FlowKey) => void): FlowKey {
  const delivered = flow.clone();
  delivered.setDestination(GUEST);
  change(delivered);
  return mirrorOf(delivered);
}

const udp = arriving(17, [53, 2002]);
const echoReply = arriving(1, [0, 2002]);
const translated = [
  ["UDP", udp, toGuestPort, answerTo(udp, (key) => key.setPorts(undefined, 1000))],
  ["an echo reply", echoReply, toGuestEcho, answerTo(echoReply, (key) => key.setIcmpId(7))],
] as const;

describe("a pair of unified entries", () => {
  it("is what the one that came in says, whatever that is and however its packets are transformed", () => {
    const flows = anyInner.map((inner) => parsedOk(guest(innerFrame(inner))).flow.clone());
    const cases = anyInner.chain((inner) =>
      fc.record({
        flow: fc.constant(parsedOk(guest(innerFrame(inner))).flow.clone()),
        chain: anyChain(inner.version),
        answer: flows,
      }),
    );
    fc.assert(
      fc.property(cases, ({ flow, chain, answer }) => {
        const trial = new Trial();
        const outbound = trial.addOutbound(answer);
        const inbound = trial.addInbound(flow, chain, answer);
        expect(trial.answer(inbound).words).toEqual(answer.words);
        expect([trial.uft.partner("in", inbound), trial.uft.partner("out", outbound)]).toEqual([outbound, inbound]);
      }),
    );
  });

  it.each(translated)("is found either way for %s that NAT translates", (_name, flow, transform, answer) => {
    const trial = new Trial();
    const outbound = trial.addOutbound(answer);
    expect(trial.uft.partner("out", outbound)).toBe(-1);
    const inbound = trial.addInbound(flow, [transform], answer);
    expect([trial.uft.partner("in", inbound), trial.uft.partner("out", outbound)]).toEqual([outbound, inbound]);
  });

  it("is one-sided while nobody has sent the outbound flow", () => {
    const trial = new Trial();
    const [, flow, transform, answer] = translated[0];
    const inbound = trial.addInbound(flow, [transform], answer);
    expect(trial.uft.partner("in", inbound)).toBe(-1);
    const outbound = trial.addOutbound(answer);
    expect([trial.uft.partner("in", inbound), trial.uft.partner("out", outbound)]).toEqual([outbound, -1]);
  });

  it("ends with either entry, and leaves nothing to the next one in its slot", () => {
    const trial = new Trial();
    const odd = arriving(6, [80, 1]);
    const outbound = trial.addOutbound(odd);
    const inbound = trial.addInbound(udp, [toGuestPort], odd);
    trial.uft.remove("in", udp);
    expect(trial.uft.partner("out", outbound)).toBe(-1);
    const [, flow, transform, answer] = translated[1];
    expect(trial.addInbound(flow, [transform], answer)).toBe(inbound);
    expect(trial.answer(inbound).words).toEqual(answer.words);
    trial.uft.clear();
    expect(trial.addInbound(udp, [], mirrorOf(udp))).toBe(0);
    expect(trial.answer(0).words).toEqual(mirrorOf(udp).words);
  });

  it("is as before after a dry run in which it ended, and others began in its slots", () => {
    const trial = new Trial();
    const { uft } = trial;
    const { undo } = trial.pairs;
    const odd = arriving(6, [80, 1]);
    const other = arriving(6, [80, 2]);
    const outbound = trial.addOutbound(odd);
    const inbound = trial.addInbound(udp, [toGuestPort], odd);
    undo.begin();
    uft.remove("in", udp);
    expect(trial.addInbound(echoReply, [], other)).toBe(inbound);
    uft.remove("out", odd);
    expect(trial.addOutbound(other)).toBe(outbound);
    expect(trial.answer(inbound).words).toEqual(other.words);
    undo.rollBack();
    expect(trial.answer(inbound).words).toEqual(odd.words);
    expect([uft.partner("in", inbound), uft.partner("out", outbound)]).toEqual([outbound, inbound]);
  });
});
