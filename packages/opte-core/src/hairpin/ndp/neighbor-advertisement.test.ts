import { describe, expect, it } from "vitest";
import { DONE, MALFORMED, REFUSAL } from "../../action/action.js";
import { NeighborAdvertisement } from "./neighbor-advertisement.js";
import {
  checksumsVerify,
  dirtyReply,
  GATEWAY,
  GATEWAY_LINK_LOCAL,
  gatewayMac,
  GUEST,
  GUEST_LINK_LOCAL,
  guestMac,
  icmpv6Frame,
  packetOf,
  squeeze,
  toHex,
  UNSPECIFIED,
  conditions,
  GUEST_IP6,
  takes,
} from "../../../test/hairpin-frames.js";

const neighbor = new NeighborAdvertisement({ guestMac, gatewayMac });
const GROUP = "ff0200000000000000000001ffff7777";
const SOURCE_OPTION = `0101${GUEST}`;

interface Solicitation {
  src?: string;
  dst?: string;
  target?: string;
  options?: string;
  code?: string;
  hopLimit?: number;
}

/** A solicitation of the guest for the gateway's link-local address, or what `change` makes of it. */
function solicitation(change: Solicitation): string {
  const { src = GUEST_LINK_LOCAL, dst = GROUP, target = GATEWAY_LINK_LOCAL, options = SOURCE_OPTION } = change;
  const { code = "00", hopLimit = 255 } = change;
  const dstMac = dst.startsWith("ff") ? "3333" + dst.slice(24) : GATEWAY;
  return icmpv6Frame({ dstMac, src, dst, hopLimit, message: `87${code}CCCC00000000 ${target} ${options}` });
}

describe("NeighborAdvertisement", () => {
  it("says in dumps what it advertises", () => {
    expect(neighbor.text).toBe("NDP NA IPv6=fe80::aa40:25ff:feff:7777 MAC=A8:40:25:FF:77:77");
  });

  it("takes the guest's solicitations to the gateway or its group, from a link-local address or none", () => {
    expect(conditions(neighbor)).toEqual([
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ether.dst=A8:40:25:FF:77:77,33:33:FF:FF:77:77",
      "inner.ip6.src=fe80::/64,::",
      "inner.ip6.dst=fe80::aa40:25ff:feff:7777,ff02::1:ffff:7777",
      "inner.ip.proto=ICMPv6",
      "inner.icmp.type=neighbor solicitation",
    ]);
    expect(takes(neighbor, solicitation({}))).toBe(true);
    expect(takes(neighbor, solicitation({ dst: GATEWAY_LINK_LOCAL }))).toBe(true);
    expect(takes(neighbor, solicitation({ src: UNSPECIFIED, options: "" }))).toBe(true);
    expect(takes(neighbor, solicitation({ src: GUEST_IP6 }))).toBe(false);
  });

  it("does not take a guest's check of its own address (first case of test_gateway_neighbor_advert_reply)", () => {
    const dst = "ff0200000000000000000001fffafa37";
    expect(takes(neighbor, solicitation({ src: UNSPECIFIED, dst, target: GUEST_LINK_LOCAL, options: "" }))).toBe(false);
  });

  describe("in the other cases of test_gateway_neighbor_advert_reply", () => {
    it.each([
      ["to the group", GROUP],
      ["to the gateway", GATEWAY_LINK_LOCAL],
    ])("answers a solicitation %s with flags router, solicited and override (spec 03 §11)", (_, dst) => {
      const reply = dirtyReply();
      expect(neighbor.reply("out", packetOf(solicitation({ dst })), reply)).toBe(DONE);
      expect(toHex(reply.toBytes())).toBe(
        squeeze(`${GUEST} ${GATEWAY} 86dd 6000000000203aff ${GATEWAY_LINK_LOCAL} ${GUEST_LINK_LOCAL}
          8800fd87 e0000000 ${GATEWAY_LINK_LOCAL} 0201${GATEWAY}`),
      );
    });

    it("defends its address against a guest without one, to all nodes and unsolicited (spec 03 §11)", () => {
      const reply = dirtyReply();
      expect(neighbor.reply("out", packetOf(solicitation({ src: UNSPECIFIED, options: "" })), reply)).toBe(DONE);
      expect(toHex(reply.toBytes())).toBe(
        squeeze(`333300000001 ${GATEWAY} 86dd 6000000000203aff ${GATEWAY_LINK_LOCAL} ff020000000000000000000000000001
          88000678 a0000000 ${GATEWAY_LINK_LOCAL} 0201${GATEWAY}`),
      );
    });

    it("refuses to answer for another address of its group", () => {
      const target = "fe8000000000000000000000aaff7777";
      expect(neighbor.reply("out", packetOf(solicitation({ target })), dirtyReply())).toBe(REFUSAL);
    });

    it("refuses a check of another address of its group", () => {
      const target = "fd00000000000000000000000aff7777";
      const frame = solicitation({ src: UNSPECIFIED, target, options: "" });
      expect(neighbor.reply("out", packetOf(frame), dirtyReply())).toBe(REFUSAL);
    });
  });

  it("answers whichever link-local address asks", () => {
    const src = "fe80000000000000000000000000abcd";
    const reply = dirtyReply();
    neighbor.reply("out", packetOf(solicitation({ src, options: "" })), reply);
    expect(toHex(reply.toBytes()).slice(76, 108)).toBe(src);
    expect(checksumsVerify(reply)).toBe(true);
  });

  it.each<[string, Solicitation]>([
    ["a code", { code: "01" }],
    ["a hop limit of 64", { hopLimit: 64 }],
    ["an option of length 0", { options: "0100000000000000" }],
    ["a group as target", { target: GROUP }],
    ["a source option but no source", { src: UNSPECIFIED }],
    ["a source option behind another but no source", { src: UNSPECIFIED, options: `c801000000000000${SOURCE_OPTION}` }],
    ["no source to a unicast address", { src: UNSPECIFIED, dst: GATEWAY_LINK_LOCAL, options: "" }],
    [
      "no source to a group that is no solicited-node one",
      { src: UNSPECIFIED, dst: "ff0200000000000000000001feff7777", options: "" },
    ],
  ])("calls a solicitation with %s malformed (RFC 4861 §7.1.1)", (_, change) => {
    expect(neighbor.reply("out", packetOf(solicitation(change)), dirtyReply())).toBe(MALFORMED);
  });

  it("finds malformed what is malformed, even for another target", () => {
    const frame = solicitation({ target: "fe8000000000000000000000aaff7777", code: "01" });
    expect(neighbor.reply("out", packetOf(frame), dirtyReply())).toBe(MALFORMED);
  });

  it("calls a solicitation without its whole target malformed, even with the right checksum", () => {
    const whole = `8700CCCC00000000${GATEWAY_LINK_LOCAL}`;
    for (let length = 8; length < 24; length++) {
      const message = whole.slice(0, 2 * length);
      const frame = icmpv6Frame({ dstMac: GATEWAY, src: GUEST_LINK_LOCAL, dst: GATEWAY_LINK_LOCAL, message });
      expect(neighbor.reply("out", packetOf(frame), dirtyReply())).toBe(MALFORMED);
    }
  });

  it("calls a solicitation with link padding malformed", () => {
    expect(neighbor.reply("out", packetOf(solicitation({}) + "00"), dirtyReply())).toBe(MALFORMED);
  });

  it("notices any flipped byte in the message or its addresses", () => {
    const frame = solicitation({});
    for (let at = 14 + 8; at < frame.length / 2; at++) {
      const byte = (Number.parseInt(frame.slice(2 * at, 2 * at + 2), 16) ^ 0x10).toString(16).padStart(2, "0");
      const flipped = frame.slice(0, 2 * at) + byte + frame.slice(2 * at + 2);
      expect(neighbor.reply("out", packetOf(flipped), dirtyReply())).toBe(MALFORMED);
    }
  });
});
