import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MALFORMED } from "../action/action.js";
import { Icmpv6EchoReply } from "./icmpv6-echo.js";
import {
  answerOf,
  checksumsVerify,
  dirtyReply,
  GATEWAY,
  GATEWAY_LINK_LOCAL,
  gatewayMac,
  GUEST,
  GUEST_IP6,
  GUEST_LINK_LOCAL,
  guestIp6,
  guestLinkLocal,
  guestMac,
  icmpv6Frame,
  ipv6Frame,
  num,
  packetOf,
  squeeze,
  toHex,
  conditions,
  takes,
} from "../../test/hairpin-frames.js";

const echo = new Icmpv6EchoReply({ guestMac, guestIp: guestIp6, gatewayMac });
const linkLocalEcho = new Icmpv6EchoReply({ guestMac, guestIp: guestLinkLocal, gatewayMac });

function requestFrame(message: string, src = GUEST_IP6): string {
  return icmpv6Frame({ dstMac: GATEWAY, src, dst: GATEWAY_LINK_LOCAL, hopLimit: 64, message });
}

function answer(frame: string, from: Icmpv6EchoReply = echo): string {
  return toHex(answerOf(from, frame).toBytes());
}

describe("Icmpv6EchoReply", () => {
  it("says in dumps who answers whom", () => {
    expect(echo.text).toBe(
      "ICMPv6 Echo Reply (A8:40:25:FF:77:77,fe80::aa40:25ff:feff:7777) => (A8:40:25:FA:FA:37,fd00::5)",
    );
  });

  it("takes the guest's echo requests to the gateway's link-local address", () => {
    expect(conditions(echo)).toEqual([
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ether.dst=A8:40:25:FF:77:77",
      "inner.ip6.src=fd00::5",
      "inner.ip6.dst=fe80::aa40:25ff:feff:7777",
      "inner.ip.proto=ICMPv6",
      "inner.icmp.type=echo request",
    ]);
    expect(takes(echo, requestFrame("8000CCCC00070309"))).toBe(true);
    expect(takes(echo, requestFrame("8000CCCC00070309", GUEST_LINK_LOCAL))).toBe(false);
    expect(takes(linkLocalEcho, requestFrame("8000CCCC00070309", GUEST_LINK_LOCAL))).toBe(true);
  });

  it("answers the private address and the link-local one (gateway_icmpv6_ping, spec 03 §11)", () => {
    const message = "8000CCCC00070309 7265756e696f6e00";
    const head = `${GUEST} ${GATEWAY} 86dd 6000000000103a80 ${GATEWAY_LINK_LOCAL}`;
    expect(answer(requestFrame(message))).toBe(squeeze(`${head} ${GUEST_IP6} 81007a2300070309 7265756e696f6e00`));
    expect(answer(requestFrame(message, GUEST_LINK_LOCAL), linkLocalEcho)).toBe(
      squeeze(`${head} ${GUEST_LINK_LOCAL} 8100af3500070309 7265756e696f6e00`),
    );
  });

  it("answers a request behind extension headers without them", () => {
    const hopByHop = "3a00010400000000";
    const payload = `${hopByHop} 8000000100070309`;
    const frame = ipv6Frame({ dstMac: GATEWAY, src: GUEST_IP6, dst: GATEWAY_LINK_LOCAL, protocol: 0, payload });
    const reply = answer(frame);
    expect(reply.slice(36, 42)).toBe("00083a");
    expect(reply.slice(108)).toBe("8100ff0000070309");
  });

  it("echoes link padding, and counts it in the payload length", () => {
    expect(answer(requestFrame("8000CCCC00070309") + "000000").slice(36, 40)).toBe(num(8 + 3, 2));
  });

  it("leaves the pseudo-header out of a checksum that the request lacked, as the reference does", () => {
    const payload = "8000000000070309";
    const frame = ipv6Frame({ dstMac: GATEWAY, src: GUEST_IP6, dst: GATEWAY_LINK_LOCAL, protocol: 58, payload });
    expect(answer(frame).slice(108)).toBe("81007bef00070309");
  });

  it("calls a request with another code than 0, and what is no echo request, malformed", () => {
    for (const message of ["8001CCCC00070309", "8100CCCC00070309"]) {
      expect(echo.reply("out", packetOf(requestFrame(message)), dirtyReply())).toBe(MALFORMED);
    }
  });

  it("keeps every right checksum right", () => {
    const word = fc.nat(0xffff);
    fc.assert(
      fc.property(word, word, fc.uint8Array({ maxLength: 1500 }), (id, sequence, payload) => {
        const reply = dirtyReply();
        echo.reply("out", packetOf(requestFrame(`8000CCCC${num(id, 2)}${num(sequence, 2)}${toHex(payload)}`)), reply);
        expect(checksumsVerify(reply)).toBe(true);
        expect(toHex(reply.toBytes()).slice(116)).toBe(num(id, 2) + num(sequence, 2) + toHex(payload));
      }),
    );
  });
});
