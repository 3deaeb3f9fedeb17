import { describe, expect, it } from "vitest";
import { DONE, MALFORMED } from "../../action/action.js";
import { RouterAdvertisement } from "./router-advertisement.js";
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
  ipv6Frame,
  packetOf,
  squeeze,
  toHex,
  conditions,
  GUEST_IP6,
  takes,
  UNSPECIFIED,
} from "../../../test/hairpin-frames.js";

const router = new RouterAdvertisement({ guestMac, gatewayMac, mtu: 1500 });
const ALL_ROUTERS = "ff020000000000000000000000000002";
const SOURCE_OPTION = `0101${GUEST}`;

function solicitation(change: { message?: string; src?: string; hopLimit?: number }): string {
  const { message = `8500CCCC00000000 ${SOURCE_OPTION}`, src = GUEST_LINK_LOCAL, hopLimit = 255 } = change;
  return icmpv6Frame({ dstMac: "333300000002", src, dst: ALL_ROUTERS, hopLimit, message });
}

describe("RouterAdvertisement", () => {
  it("says in dumps what it advertises", () => {
    expect(router.text).toBe("NDP RA IPv6=fe80::aa40:25ff:feff:7777 MAC=A8:40:25:FF:77:77");
  });

  it("takes the guest's solicitations from a link-local address, and from no other", () => {
    expect(conditions(router)).toEqual([
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ether.dst=33:33:00:00:00:02",
      "inner.ip6.src=fe80::/64",
      "inner.ip6.dst=ff02::2",
      "inner.ip.proto=ICMPv6",
      "inner.icmp.type=router solicitation",
    ]);
    expect(takes(router, solicitation({}))).toBe(true);
    for (const src of [UNSPECIFIED, GUEST_IP6, "fe800001000000000000000000000005"]) {
      expect(takes(router, solicitation({ src }))).toBe(false);
    }
  });

  it("advertises a managed link, a lifetime of 9000 s, its MAC and the MTU (gateway_router_advert_reply, spec 03 §11)", () => {
    const reply = dirtyReply();
    expect(router.reply("out", packetOf(solicitation({})), reply)).toBe(DONE);
    expect(toHex(reply.toBytes())).toBe(
      squeeze(`${GUEST} ${GATEWAY} 86dd 6000000000203aff ${GATEWAY_LINK_LOCAL} ${GUEST_LINK_LOCAL}
        8600f83a ff802328 00000000 00000000 0101${GATEWAY} 05010000000005dc`),
    );
  });

  it("advertises another MTU", () => {
    const reply = dirtyReply();
    new RouterAdvertisement({ guestMac, gatewayMac, mtu: 8500 }).reply("out", packetOf(solicitation({})), reply);
    expect(toHex(reply.toBytes()).slice(112, 116)).toBe("dce2");
    expect(toHex(reply.toBytes()).slice(-8)).toBe("00002134");
  });

  it("answers whichever link-local address asks", () => {
    const src = "fe80000000000000000000000000abcd";
    const reply = dirtyReply();
    router.reply("out", packetOf(solicitation({ src })), reply);
    expect(toHex(reply.toBytes()).slice(76, 108)).toBe(src);
    expect(checksumsVerify(reply)).toBe(true);
  });

  it.each([
    ["no option", "8500CCCC00000000"],
    ["an option that no one knows", "8500CCCC00000000 c801000000000000"],
    ["a source option of two units", `8500CCCC00000000 0102${GUEST} 0000000000000000`],
    ["a whole prefix option", `8500CCCC00000000 0304${"00".repeat(30)}`],
    ["a whole redirected header option", `8500CCCC00000000 0406${"00".repeat(46)}`],
  ])("answers a solicitation with %s", (_, message) => {
    expect(router.reply("out", packetOf(solicitation({ message })), dirtyReply())).toBe(DONE);
  });

  it.each([
    ["a code", solicitation({ message: "8501CCCC00000000" })],
    ["a hop limit of 254", solicitation({ hopLimit: 254 })],
    ["no checksum", solicitation({ message: "8500000000000000" })],
    ["a wrong checksum", solicitation({ message: `8500123400000000` })],
    ["link padding", solicitation({}) + "0000"],
    ["an option of length 0", solicitation({ message: "8500CCCC00000000 0100000000000000" })],
    ["an option cut short", solicitation({ message: "8500CCCC00000000 0101a84025fa" })],
    ["an option beyond the end", solicitation({ message: `8500CCCC00000000 0102${GUEST}` })],
    ["a prefix option of three units", solicitation({ message: `8500CCCC00000000 0303${"00".repeat(22)}` })],
    ["a redirected header option of five units", solicitation({ message: `8500CCCC00000000 0405${"00".repeat(38)}` })],
    ["another type", solicitation({ message: "8600CCCC00000000" })],
    [
      "another protocol",
      ipv6Frame({
        dstMac: "333300000002",
        src: GUEST_LINK_LOCAL,
        dst: ALL_ROUTERS,
        protocol: 17,
        payload: "8500000000080000",
      }),
    ],
  ])("calls a solicitation with %s malformed (RFC 4861 §6.1.1)", (_, frame) => {
    expect(router.reply("out", packetOf(frame), dirtyReply())).toBe(MALFORMED);
  });
});
