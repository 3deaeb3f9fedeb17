import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arpReply, type ArpOutcome } from "./arp.js";
import {
  dirtyReply,
  fromHex,
  GATEWAY,
  GATEWAY_IP4,
  gatewayIp4,
  gatewayMac,
  GUEST,
  GUEST_IP4,
  packetOf,
  squeeze,
  toHex,
} from "../../test/hairpin-frames.js";

const config = { gatewayMac, gatewayIp: gatewayIp4 };
const BROADCAST = "ffffffffffff";

/** An ARP request of the guest for the gateway, or what `change` makes of it. */
function request(change: {
  head?: string;
  op?: string;
  sha?: string;
  spa?: string;
  tpa?: string;
  tail?: string;
}): string {
  const { head = "0001 0800 06 04", op = "0001", sha = GUEST, spa = GUEST_IP4, tpa = GATEWAY_IP4, tail = "" } = change;
  return squeeze(`${BROADCAST} ${GUEST} 0806 ${head} ${op} ${sha} ${spa} 000000000000 ${tpa} ${tail}`);
}

function answer(frame: string): { outcome: ArpOutcome; reply: string } {
  const reply = dirtyReply();
  const outcome = arpReply(packetOf(frame), config, reply);
  return { outcome, reply: toHex(reply.toBytes()) };
}

describe("arpReply", () => {
  it("answers a broadcast request for the gateway (arp_gateway, spec 03 §11)", () => {
    expect(answer(request({}))).toEqual({
      outcome: "replied",
      reply: squeeze(`${GUEST} ${GATEWAY} 0806 0001 0800 06 04 0002 ${GATEWAY} ac1e0001 ${GUEST} ac1e0005`),
    });
  });

  it("answers a probe, which has no sender address", () => {
    const { outcome, reply } = answer(request({ spa: "00000000" }));
    expect(outcome).toBe("replied");
    expect(reply.slice(-8)).toBe("00000000");
  });

  it("answers the hardware address in the message, whoever sent the frame", () => {
    const other = "020304050607";
    const { reply } = answer(request({ sha: other }));
    expect(reply.slice(0, 12)).toBe(other);
    expect(reply.slice(64, 76)).toBe(other);
  });

  it("answers without the padding of the request", () => {
    expect(answer(request({ tail: "00".repeat(18) })).reply).toHaveLength(2 * 42);
  });

  it.each([
    ["a reply", { op: "0002" }],
    ["a request for another address", { tpa: "ac1e0002" }],
    ["a gratuitous announcement", { spa: GUEST_IP4, tpa: GUEST_IP4 }],
  ])("ignores %s", (_, change) => {
    expect(answer(request(change)).outcome).toBe("ignored");
  });

  it.each([
    ["other hardware than Ethernet", { head: "0006 0800 06 04" }],
    ["another protocol than IPv4", { head: "0001 86dd 06 04" }],
    ["another hardware address length", { head: "0001 0800 08 04" }],
    ["another protocol address length", { head: "0001 0800 06 10" }],
    ["operation 0", { op: "0000" }],
    ["operation 3, which is RARP", { op: "0003" }],
  ])("calls %s malformed", (_, change) => {
    expect(answer(request(change)).outcome).toBe("malformed");
  });

  it("calls every truncated message malformed", () => {
    const whole = request({});
    for (let length = 15; length < 42; length++) expect(answer(whole.slice(0, 2 * length)).outcome).toBe("malformed");
  });

  it("looks at the fixed fields and the target address, and at no other byte", () => {
    fc.assert(
      fc.property(fc.nat(27), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const frame = fromHex(request({}));
        const index = 14 + at;
        frame[index] = (frame[index] ?? 0) ^ difference;
        const isExamined = at < 8 || at >= 24;
        expect(answer(toHex(frame)).outcome === "replied").toBe(!isExamined);
      }),
    );
  });
});
