import { describe, expect, it } from "vitest";
import { MacAddr } from "opte-api";
import { Frame } from "../packet/frame.js";
import { parseGuest } from "../packet/parse.js";
import { makeRule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import { processStream } from "./frame-stream.js";
import type { Port } from "./port.js";

/** Answers every frame of EtherType ARP with its own first 14 bytes; allows the rest. */
function echoPort(): Port {
  const reply = {
    text: "echo",
    reply: (_dir: unknown, packet: { readonly frame: Frame }, out: Frame) => {
      out.reset(14);
      out.bytes.set(packet.frame.view().subarray(0, 14), out.start);
      return { kind: "done" } as const;
    },
  };
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => 0 } })
    .addLayer({ name: "echo", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "first" })
    .addRule(
      "echo",
      "out",
      makeRule(1, { kind: "hairpin", generator: reply }, { predicates: [{ kind: "etherType", values: [0x0806] }] }),
    )
    .create(
      { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: 8, tcp: 8 },
    );
  port.start();
  return port;
}

const arp = (last: number): Frame => {
  const bytes = new Uint8Array(42);
  bytes.set([8, 6, last], 12);
  bytes[0] = last;
  return Frame.ofGuest(bytes);
};

describe("processStream", () => {
  it("gives a result for each frame, in order, from plain and asynchronous sources", async () => {
    async function* source(): AsyncGenerator<Frame> {
      for (const last of [1, 2, 3]) yield await Promise.resolve(arp(last));
    }
    for (const frames of [[arp(1), arp(2), arp(3)], source()]) {
      const answers: (number | undefined)[] = [];
      for await (const { verdict, hairpin } of processStream(echoPort(), "out", frames)) {
        expect(verdict).toBe(Verdict.Hairpin);
        answers.push(hairpin?.[0]);
      }
      expect(answers).toEqual([1, 2, 3]);
    }
  });

  it("gives answers that outlast the next packet's", async () => {
    const answers: (Uint8Array | undefined)[] = [];
    for await (const { hairpin } of processStream(echoPort(), "out", [arp(1), arp(2), arp(3)])) answers.push(hairpin);
    expect(answers.map((answer) => answer?.[0])).toEqual([1, 2, 3]);
  });

  it("asks the source for no more than the consumer takes, and ends it with the consumer", async () => {
    const events: string[] = [];
    function* source(): Generator<Frame> {
      try {
        for (let n = 0; ; n++) {
          events.push(`frame ${n}`);
          yield arp(n);
        }
      } finally {
        events.push("ended");
      }
    }
    for await (const { frame } of processStream(echoPort(), "out", source())) if (frame.view()[0] === 1) break;
    expect(events).toEqual(["frame 0", "frame 1", "ended"]);
  });

  it("goes on behind a frame that cannot be parsed", async () => {
    const verdicts: Verdict[] = [];
    const frames = [Frame.ofGuest(new Uint8Array(3)), arp(1)];
    for await (const { verdict } of processStream(echoPort(), "out", frames)) verdicts.push(verdict);
    expect(verdicts).toEqual([Verdict.ParseError, Verdict.Hairpin]);
  });
});
