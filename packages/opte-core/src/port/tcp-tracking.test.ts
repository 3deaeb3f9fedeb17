import { describe, expect, it } from "vitest";
import { Ipv4Addr, MacAddr } from "opte-api";
import { tcpFrame } from "../../test/small-frames.js";
import { InboundNat } from "../action/nat.js";
import { flowIdText } from "../flow/flow-id.js";
import { parseGuest } from "../packet/parse.js";
import { makeRule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { Port } from "./port.js";

const ACK = 16;
const RST = 4;
const EXTERNAL = [100, 64, 0, 1] as const;

/** A port whose guest is 10.0.0.1, and 100.64.0.1 for the outside. */
function natPort(): Port {
  const nat = new InboundNat(Ipv4Addr.parse("10.0.0.1"), () => true);
  const toExternal = [{ kind: "ipv4Dst", values: [Ipv4Addr.fromBytes(Uint8Array.from(EXTERNAL))] }] as const;
  const rule = makeRule(0, { kind: "stateful", generator: nat }, { predicates: toExternal });
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => 0 } })
    .addLayer({ name: "nat", defaultIn: "allow", defaultOut: "allow", flowLimit: 4 }, { at: "first" })
    .addRule("nat", "in", rule)
    .create(
      { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: 8, tcp: 8 },
    );
  port.start();
  return port;
}

describe("a TCP flow that answers to two inbound flows", () => {
  const lastInbound = (port: Port): string[] =>
    port.dumpTcpFlows().flows.map(([, { inboundFlowId }]) => (inboundFlowId ? flowIdText(inboundFlowId) : ""));

  function twice(): Port {
    const port = natPort();
    port.process("in", tcpFrame("in", 1000, { flags: ACK, guest: EXTERNAL }));
    port.process("in", tcpFrame("in", 1000, { flags: ACK }));
    return port;
  }

  it("knows the one that was seen last, also if that was a hit of its unified entry", () => {
    const port = twice();
    expect(lastInbound(port)).toEqual(["TCP:192.0.2.1:80:10.0.0.1:1000"]);
    port.process("in", tcpFrame("in", 1000, { flags: ACK, guest: EXTERNAL }));
    expect(port.result.path).toBe(1);
    expect(lastInbound(port)).toEqual(["TCP:192.0.2.1:80:100.64.0.1:1000"]);
  });

  it("takes that one's unified entry along when the guest ends it", () => {
    const port = twice();
    port.process("in", tcpFrame("in", 1000, { flags: ACK, guest: EXTERNAL }));
    port.process("out", tcpFrame("out", 1000, { flags: RST }));
    expect(port.dumpUft().inFlows.map(([flow]) => flowIdText(flow))).toEqual(["TCP:192.0.2.1:80:10.0.0.1:1000"]);
  });
});

describe("a reset of a TCP flow that is not tracked any more", () => {
  it("takes the outbound unified entry along, and the gauge with it", () => {
    let nowMs = 0;
    const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => nowMs } })
      .addLayer({ name: "guard", defaultIn: "allow", defaultOut: "allow", flowLimit: 4 }, { at: "first" })
      .create(
        { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
        { uft: 8, tcp: 1 },
      );
    port.start();
    port.process("out", tcpFrame("out", 1000, { flags: ACK }));
    nowMs += 60_000;
    // The table holds one flow, and an established one may be evicted by now.
    port.process("out", tcpFrame("out", 1001, { flags: ACK }));
    expect(port.stats()["out_uft_flows"]).toBe(2);
    expect(port.process("out", tcpFrame("out", 1000, { flags: RST }))).toBe(Verdict.Modified);
    expect(port.dumpUft().outNumFlows).toBe(1);
    expect(port.stats()["out_uft_flows"]).toBe(1);
  });
});
