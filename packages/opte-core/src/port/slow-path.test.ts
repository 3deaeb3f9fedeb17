import { describe, expect, it } from "vitest";
import { MacAddr, type Direction } from "opte-api";
import { arpFrame, tcpFrame, udpFrame } from "../../test/small-frames.js";
import { INTERNAL_TARGET } from "../action/metadata.js";
import type { Action } from "../action/action.js";
import { flowCrc32 } from "../flow/flow-hash.js";
import type { Frame } from "../packet/frame.js";
import { parseGuest } from "../packet/parse.js";
import { makeRule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { Port } from "./port.js";

const RST = 4;

const MARK: Action = {
  kind: "meta",
  generator: {
    text: "internal",
    modify: (_dir, _packet, metadata) => {
      metadata.insert(INTERNAL_TARGET, "1");
      return { kind: "done" };
    },
  },
};

/** A port whose first layer says that every target is internal; the second hands a packet to the network if it is of UDP. */
function markingPort(): Port {
  const handOver = makeRule(0, { kind: "handlePacket" }, { predicates: [{ kind: "ipProtocol", values: [17] }] });
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => 0 } })
    .addLayer({ name: "mark", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "last" })
    .addLayer({ name: "hand", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "last" })
    .addRule("mark", "out", makeRule(0, MARK))
    .addRule("hand", "out", handOver)
    .create(
      { parse: (_dir: Direction, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "allow" }) },
      { uft: 8, tcp: 8 },
    );
  port.start();
  return port;
}

describe("a packet that goes on without being cached", () => {
  it.each<[string, Frame]>([
    ["has no IP header", arpFrame()],
    ["ends a TCP flow", tcpFrame("out", 1000, { flags: RST })],
    ["was allowed by the network itself", udpFrame("out", 1000)],
  ])("tells its hash and whether its target is internal, as a cached one does: it %s", (_why, frame) => {
    const port = markingPort();
    expect(port.process("out", frame)).toBe(Verdict.Modified);
    expect(port.dumpUft().outNumFlows).toBe(0);
    expect(port.result.l4Hash).toBe(flowCrc32(port.result.flow));
    expect(port.result.mtuUnrestricted).toBe(true);
  });
});
