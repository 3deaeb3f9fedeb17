import fc from "fast-check";
import { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { innerFrame, tunnelFrame, type InnerSpec, type OuterSpec } from "../../test/frames.js";
import { toHex } from "../../test/hairpin-frames.js";
import { guest, parsedOk, TCP4, TCP6, TUNNEL, tunnelled } from "../../test/parsing.js";
import { anyChain, anyInner, anyOuter } from "../../test/random-frames.js";
import { FlowKey } from "../flow/flow-id.js";
import { Frame, MAX_FRAME_LEN } from "../packet/frame.js";
import { PlainHit } from "../port/plain-hit.js";
import { ProcessResult } from "../port/process-result.js";
import { TcpFlows } from "../port/tcp-flows.js";
import { PROGRAM, TCP_SLOT } from "../port/uft.js";
import { FlowPairs, NONE } from "../layer/flow-pairs.js";
import { FlowTable } from "../flow/flow-table.js";
import { updateFlow } from "../packet/packet-flow.js";
import { Packet } from "../packet/packet.js";
import { parseGuest } from "../packet/parse.js";
import { applyProgram } from "./apply.js";
import type { HeaderTransform } from "./header-transform.js";
import { compileProgram, PROGRAM_WORDS, releaseProgram, rewriteFlow } from "./program.js";
import { Rewrite } from "./rewrite.js";
import { RewriteStatus } from "./rewrite-status.js";
import { TemplateTable } from "./template-table.js";

function packetOf(inner: InnerSpec, outer?: OuterSpec): Packet {
  const frame = innerFrame(inner);
  return parsedOk(outer === undefined ? guest(frame) : tunnelled(tunnelFrame(outer, frame)));
}

/** What the slow path and recorded lists make of a packet; nothing if a transformation fails. */
function runOneByOne(packet: Packet, chain: readonly HeaderTransform[]): RewriteStatus | undefined {
  const rewrite = new Rewrite(packet);
  rewrite.begin();
  if (chain.some((transform) => rewrite.run(transform) !== undefined)) return undefined;
  return rewrite.finish();
}

/** Runs a program as the short way of a port does, if it can. */
function hitPlainly(words: Int32Array, at: number, packet: Packet, templates: TemplateTable): boolean {
  if (!packet.isPlain) return false;
  const table = new FlowTable(1, 40);
  const slot = table.insert(packet.flow.words, 0);
  table.records.set(words.subarray(at, at + PROGRAM_WORDS), slot * table.stride + PROGRAM);
  table.setWord(slot, TCP_SLOT, NONE);
  const result = new ProcessResult(packet, Frame.allocate(0));
  return new PlainHit(packet, result, new TcpFlows(1, new FlowPairs()), templates).take(false, table, slot, 0);
}

function compiles(chain: readonly HeaderTransform[], inner: InnerSpec = TCP4): boolean {
  return compileProgram(chain, packetOf(inner).flow, new Int32Array(PROGRAM_WORDS), 0, new TemplateTable());
}

const ether = { dst: MacAddr.ZERO, src: MacAddr.ZERO, etherType: 0x86dd };
const ip = { version: 6, src: Ipv6Addr.LOCALHOST, dst: Ipv6Addr.ALL_NODES, protocol: 17 } as const;
const geneve = { entropy: 7, vni: Vni.of(1), options: [] };
const PUSH: HeaderTransform = {
  name: "encap",
  outerEther: { kind: "push", header: ether },
  outerIp: { kind: "push", header: ip },
  outerEncap: { kind: "push", header: geneve },
};
const POP: HeaderTransform = {
  name: "decap",
  outerEther: { kind: "pop" },
  outerIp: { kind: "pop" },
  outerEncap: { kind: "pop" },
};

describe("a compiled program", () => {
  /** A packet, another one of the same flow that differs in all else, and a chain. */
  const cases = anyInner.chain((first) =>
    fc.record({
      first: fc.constant(first),
      later: anyInner.map((other) => ({
        ...other,
        version: first.version,
        proto: first.proto,
        src: first.src,
        dst: first.dst,
        info: first.info,
      })),
      firstOuter: fc.option(anyOuter, { nil: undefined }),
      laterOuter: fc.option(anyOuter, { nil: undefined }),
      chain: anyChain(first.version),
    }),
  );

  it("makes of every packet of its flow what the transformations one by one make of it: same status, bytes and flow id", () => {
    let compiled = 0;
    let hits = 0;
    fc.assert(
      fc.property(cases, ({ first, later, firstOuter, laterOuter, chain }) => {
        const arrived = new FlowKey();
        const slow = packetOf(first, firstOuter);
        arrived.copyFrom(slow.flow);
        if (runOneByOne(slow, chain) === undefined) return;
        const templates = new TemplateTable();
        const words = new Int32Array(PROGRAM_WORDS + 2);
        if (!compileProgram(chain, arrived, words, 1, templates)) {
          expect(templates.size).toBe(0);
          return;
        }
        compiled++;
        for (const [inner, outer] of [[first, firstOuter] as const, [later, laterOuter] as const]) {
          const expected = packetOf(inner, outer);
          const status = runOneByOne(expected, chain);
          const packet = packetOf(inner, outer);
          expect(applyProgram(words, 1, packet, templates)).toBe(status);
          expect(toHex(packet.frame.view())).toBe(toHex(expected.frame.view()));
          expect(packet.flow.words).toEqual(arrived.words);
          updateFlow(packet);
          expect(packet.flow.words).toEqual(expected.flow.words);
          const rewritten = arrived.clone();
          rewriteFlow(words, 1, rewritten);
          expect(rewritten.words).toEqual(expected.flow.words);
          const plain = packetOf(inner, outer);
          if (!hitPlainly(words, 1, plain, templates)) continue;
          hits++;
          expect(toHex(plain.frame.view())).toBe(toHex(expected.frame.view()));
          expect(plain.flow.words).toEqual(arrived.words);
        }
        expect([words[0], words[PROGRAM_WORDS + 1]]).toEqual([0, 0]);
        releaseProgram(words, 1, templates);
        expect(templates.size).toBe(0);
      }),
      { numRuns: 5000 },
    );
    // Chains that compile are common among those generated, or the property would say little.
    expect(compiled).toBeGreaterThan(1000);
    expect(hits).toBeGreaterThan(1000);
  });

  it("leaves a frame alone that nothing is to be done to", () => {
    const words = new Int32Array(PROGRAM_WORDS);
    const packet = packetOf({ ...TCP4, checksumError: 3 });
    expect(compileProgram([], packet.flow, words, 0, new TemplateTable())).toBe(true);
    expect(applyProgram(words, 0, packet, new TemplateTable())).toBe(RewriteStatus.Done);
    expect(toHex(packet.frame.view())).toBe(toHex(innerFrame({ ...TCP4, checksumError: 3 })));
  });

  it("keeps a received encapsulation that no transformation concerns", () => {
    const words = new Int32Array(PROGRAM_WORDS);
    const packet = packetOf(TCP4, TUNNEL);
    expect(compileProgram([{ name: "" }], packet.flow, words, 0, new TemplateTable())).toBe(true);
    applyProgram(words, 0, packet, new TemplateTable());
    expect(toHex(packet.frame.view())).toBe(toHex(tunnelFrame(TUNNEL, innerFrame(TCP4))));
  });

  it("says Headroom and FrameTooLong as the transformations one by one do, the frame staying where it is", () => {
    const templates = new TemplateTable();
    const words = new Int32Array(PROGRAM_WORDS);
    expect(compileProgram([PUSH], packetOf(TCP4).flow, words, 0, templates)).toBe(true);
    const inner = innerFrame(TCP4);
    for (const [headroom, status] of [
      [69, RewriteStatus.Headroom],
      [70, RewriteStatus.Done],
    ] as const) {
      const packet = new Packet();
      const frame = new Frame(Uint8Array.of(...new Uint8Array(headroom), ...inner), headroom, headroom + inner.length);
      expect(parseGuest(packet, frame)).toBe(true);
      expect(applyProgram(words, 0, packet, templates)).toBe(status);
      expect(frame.start).toBe(status === RewriteStatus.Done ? 0 : headroom);
    }
    for (const length of [MAX_FRAME_LEN - 70, MAX_FRAME_LEN - 69]) {
      const padded = { ...TCP4, padding: length - inner.length };
      expect(applyProgram(words, 0, packetOf(padded), templates)).toBe(runOneByOne(packetOf(padded), [PUSH]));
    }
    const untouched = new Int32Array(PROGRAM_WORDS);
    const long = packetOf({ ...TCP4, padding: MAX_FRAME_LEN + 1 - inner.length });
    expect(applyProgram(untouched, 0, long, templates)).toBe(RewriteStatus.FrameTooLong);
  });
});

describe("compileProgram", () => {
  it("takes all three outer headers pushed, all popped, or none touched", () => {
    expect([compiles([]), compiles([PUSH]), compiles([POP]), compiles([POP, PUSH]), compiles([PUSH, POP])]).toEqual(
      Array.from({ length: 5 }, () => true),
    );
  });

  it("refuses any other mixture of outer headers", () => {
    const parts: HeaderTransform[] = [
      { name: "", outerEther: { kind: "pop" } },
      { name: "", outerIp: { kind: "pop" }, outerEncap: { kind: "pop" } },
      { name: "", outerEncap: { kind: "push", header: geneve } },
      { ...POP, outerEther: { kind: "push", header: ether } },
    ];
    for (const part of parts) expect(compiles([part])).toBe(false);
  });

  it("refuses to modify a received outer header, which only the packet can show to be there", () => {
    expect(compiles([{ name: "", outerEther: { kind: "modify", fields: {} } }])).toBe(false);
    expect(compiles([{ name: "", outerIp: { kind: "modify", fields: { version: 6 } } }])).toBe(false);
    expect(compiles([{ name: "", outerEncap: { kind: "modify", fields: {} } }])).toBe(false);
  });

  it("refuses a record of the other family", () => {
    expect(compiles([{ name: "", innerIp: { kind: "modify", fields: { version: 6 } } }])).toBe(false);
    expect(compiles([{ name: "", innerIp: { kind: "modify", fields: { version: 4 } } }], TCP6)).toBe(false);
  });

  it("merges several modifications of one header, the later winning field by field", () => {
    const chain: HeaderTransform[] = [
      { name: "", innerIp: { kind: "modify", fields: { version: 4, src: Ipv4Addr.parse("1.1.1.1"), protocol: 99 } } },
      { name: "", innerUlp: { kind: "modify", fields: { srcPort: 1, dstPort: 2 } } },
      { name: "", innerIp: { kind: "modify", fields: { version: 4, src: Ipv4Addr.parse("2.2.2.2"), protocol: 6 } } },
      { name: "", innerUlp: { kind: "modify", fields: { dstPort: 3 } } },
    ];
    const words = new Int32Array(PROGRAM_WORDS);
    const packet = packetOf(TCP4);
    expect(compileProgram(chain, packet.flow, words, 0, new TemplateTable())).toBe(true);
    applyProgram(words, 0, packet, new TemplateTable());
    updateFlow(packet);
    expect(packet.flow.toString()).toBe("TCP:2.2.2.2:1:10.0.0.2:3");
  });

  it("lets flows to one place share a template, whatever their entropy", () => {
    const templates = new TemplateTable();
    const words = new Int32Array(2 * PROGRAM_WORDS);
    const other: HeaderTransform = { ...PUSH, outerEncap: { kind: "push", header: { ...geneve, entropy: 8 } } };
    compileProgram([PUSH], packetOf(TCP4).flow, words, 0, templates);
    compileProgram([other], packetOf(TCP6).flow, words, PROGRAM_WORDS, templates);
    expect(templates.size).toBe(1);
    releaseProgram(words, 0, templates);
    expect(templates.size).toBe(1);
    releaseProgram(words, PROGRAM_WORDS, templates);
    expect(templates.size).toBe(0);
  });

  it("overwrites whatever program stood in the words", () => {
    const templates = new TemplateTable();
    const words = new Int32Array(PROGRAM_WORDS).fill(-1);
    expect(compileProgram([], packetOf(TCP4).flow, words, 0, templates)).toBe(true);
    expect([...words]).toEqual(Array.from({ length: PROGRAM_WORDS }, () => 0));
    releaseProgram(words, 0, templates);
  });
});
