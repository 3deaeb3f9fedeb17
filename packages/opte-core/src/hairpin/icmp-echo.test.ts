import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DONE, MALFORMED } from "../action/action.js";
import { IcmpEchoReply } from "./icmp-echo.js";
import {
  answerOf,
  checksumsVerify,
  dirtyReply,
  GATEWAY,
  gatewayIp4,
  gatewayMac,
  GUEST,
  guestIp4,
  guestMac,
  icmpFrame,
  ipv4Frame,
  num,
  packetOf,
  squeeze,
  toHex,
  conditions,
  takes,
} from "../../test/hairpin-frames.js";

const echo = new IcmpEchoReply({ guestMac, guestIp: guestIp4, gatewayMac, gatewayIp: gatewayIp4 });

function answer(frame: string): string {
  return toHex(answerOf(echo, frame).toBytes());
}

/** A frame whose ICMP checksum is exactly what is written. */
function rawFrame(message: string): string {
  return ipv4Frame({ dstMac: GATEWAY, src: "ac1e0005", dst: "ac1e0001", protocol: 1, payload: message });
}

describe("IcmpEchoReply", () => {
  it("says in dumps who answers whom", () => {
    expect(echo.text).toBe("ICMPv4 Echo Reply (A8:40:25:FF:77:77,172.30.0.1) => (A8:40:25:FA:FA:37,172.30.0.5)");
  });

  it("answers whoever asks if it knows no guest", () => {
    const open = new IcmpEchoReply({ gatewayMac, gatewayIp: gatewayIp4 });
    expect(open.text).toBe("ICMPv4 Echo Reply (A8:40:25:FF:77:77,172.30.0.1) => (*,*)");
    expect(conditions(open)).toEqual([
      "inner.ether.dst=A8:40:25:FF:77:77",
      "inner.ip.dst=172.30.0.1",
      "inner.ip.proto=ICMP",
      "inner.icmp.type=echo request",
    ]);
    const request = rawFrame("0800000000070001abcdef");
    const reply = dirtyReply();
    // Who asked before leaves no trace.
    for (const frame of [request.replace("ac1e0005", "0a000001"), request]) {
      expect(open.reply("out", packetOf(frame), reply)).toBe(DONE);
    }
    expect(toHex(reply.toBytes())).toBe(answer(request));
  });

  it("takes the guest's echo requests to the gateway", () => {
    expect(conditions(echo)).toEqual([
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ether.dst=A8:40:25:FF:77:77",
      "inner.ip.src=172.30.0.5",
      "inner.ip.dst=172.30.0.1",
      "inner.ip.proto=ICMP",
      "inner.icmp.type=echo request",
    ]);
    expect(takes(echo, icmpFrame("0800CCCC00070309"))).toBe(true);
    expect(takes(echo, icmpFrame("0000CCCC00070309"))).toBe(false);
    expect(takes(echo, icmpFrame("0800CCCC00070309").replace(GATEWAY, "ffffffffffff"))).toBe(false);
  });

  it("answers with addresses swapped, identifier, sequence and payload kept (gateway_icmp4_ping, spec 03 §11)", () => {
    expect(answer(icmpFrame("0800CCCC00070309 7265756e696f6e00"))).toBe(
      squeeze(`${GUEST} ${GATEWAY} 0800 45000024000000008001e296ac1e0001ac1e0005 00003dac00070309 7265756e696f6e00`),
    );
  });

  it("answers a request without payload with 28 bytes of IPv4", () => {
    expect(answer(icmpFrame("0800CCCC00070309"))).toHaveLength(2 * (14 + 28));
  });

  it("echoes link padding, and counts it in the IP length", () => {
    const reply = answer(icmpFrame("0800CCCC00070309") + "00".repeat(18));
    expect(reply.slice(32, 36)).toBe(num(20 + 8 + 18, 2));
    expect(reply).toHaveLength(2 * 60);
  });

  it("answers a request with IP options without them", () => {
    const frame = `${GATEWAY}${GUEST}0800 4600002000000000 4001 0000 ac1e0005 ac1e0001 01010100 0800f4ef00070309`;
    expect(answer(squeeze(frame)).slice(28, 36)).toBe("4500001c");
  });

  it("leaves a wrong checksum wrong by the same difference", () => {
    expect(answer(rawFrame("0800123400070309")).slice(68, 76)).toBe("00001a34");
  });

  it("computes the checksum of a request that carries none", () => {
    const reply = dirtyReply();
    echo.reply("out", packetOf(rawFrame("080000000007030901")), reply);
    expect(checksumsVerify(reply)).toBe(true);
  });

  it("ends at checksum 0000 where a payload of zeros calls for ffff, as the reference does", () => {
    expect(answer(icmpFrame("0800CCCC00000000 0000")).slice(68, 76)).toBe("00000000");
  });

  it("calls a request with another code than 0 malformed", () => {
    expect(echo.reply("out", packetOf(icmpFrame("0801CCCC00070309")), dirtyReply())).toBe(MALFORMED);
  });

  it("calls what is no echo request malformed", () => {
    expect(echo.reply("out", packetOf(icmpFrame("0000CCCC00070309")), dirtyReply())).toBe(MALFORMED);
    const udp = ipv4Frame({
      dstMac: GATEWAY,
      src: "ac1e0005",
      dst: "ac1e0001",
      protocol: 17,
      payload: "0800000000080000",
    });
    expect(echo.reply("out", packetOf(udp), dirtyReply())).toBe(MALFORMED);
  });

  it("keeps every right checksum right (packet_body_pullup)", () => {
    const id = fc.integer({ min: 1, max: 0xffff });
    const sequence = fc.nat(0xffff);
    fc.assert(
      fc.property(id, sequence, fc.uint8Array({ maxLength: 1500 }), (id, sequence, payload) => {
        const reply = dirtyReply();
        echo.reply("out", packetOf(icmpFrame(`0800CCCC${num(id, 2)}${num(sequence, 2)}${toHex(payload)}`)), reply);
        expect(checksumsVerify(reply)).toBe(true);
        expect(toHex(reply.toBytes()).slice(76)).toBe(num(id, 2) + num(sequence, 2) + toHex(payload));
      }),
    );
  });
});
