import fc from "fast-check";
import { DomainName, Ipv4Addr, Ipv4Cidr } from "opte-api";
import { describe, expect, it } from "vitest";
import { MALFORMED } from "../../action/action.js";
import { type DhcpConfig, NO_DHCP_OPTIONS } from "../dhcp-config.js";
import { Dhcp4Server, type Dhcp4ServerConfig } from "./server.js";
import {
  answerOf,
  checksumsVerify,
  dhcpNames,
  dirtyReply,
  GATEWAY,
  gatewayIp4,
  gatewayMac,
  GUEST,
  guestIp4,
  guestMac,
  ipv4Frame,
  num,
  packetOf,
  squeeze,
  toHex,
  udp,
  conditions,
  takes,
} from "../../../test/hairpin-frames.js";

const dhcp: DhcpConfig = {
  ...dhcpNames,
  dns4Servers: [Ipv4Addr.parse("8.8.8.8"), Ipv4Addr.parse("1.1.1.1")],
};
const config: Dhcp4ServerConfig = {
  guestMac,
  guestIp: guestIp4,
  gatewayMac,
  gatewayIp: gatewayIp4,
  dhcp,
  answer: "offer",
};
const offer = new Dhcp4Server(config);
const ack = new Dhcp4Server({ ...config, answer: "ack" });

function request(change: { xid?: string; flags?: string; chaddr?: string; options?: string; ciaddr?: string }): string {
  const { xid = "11223344", flags = "0000", chaddr = GUEST, options = "350101ff", ciaddr = "00000000" } = change;
  const fixed = `01010600 ${xid} 0000 ${flags} ${ciaddr} 00000000 00000000 00000000 ${chaddr} ${"00".repeat(202)}`;
  const payload = udp(68, 67, `${fixed} 63825363 ${options}`);
  return ipv4Frame({ dstMac: "ffffffffffff", src: "00000000", dst: "ffffffff", protocol: 17, payload });
}

function answer(server: Dhcp4Server, frame: string): string {
  const reply = answerOf(server, frame);
  expect(checksumsVerify(reply)).toBe(true);
  return toHex(reply.toBytes());
}

/** The offer of spec 03 §11; an acknowledgement differs in its message type. */
const OFFER = squeeze(`${GUEST} ${GATEWAY} 0800 45000172000000008011e138ac1e0001ac1e0005 00430044015e0000
  02010600 11223344 00000000 00000000 ac1e0005 ac1e0001 00000000 ${GUEST} ${"00".repeat(202)} 63825363
  350102 3604ac1e0001 0304ac1e0001 0104ffffffff 330400015180 06080808080801010101
  790e20ac1e00010000000000ac1e0001 0c0774657374626f78 0f13746573742e6f786964652e636f6d7075746572
  7710056f7869646508636f6d707574657200 ff`);

describe("Dhcp4Server", () => {
  it("says in dumps what it answers", () => {
    expect([offer.text, ack.text]).toEqual(["DHCPv4 OFFER: 172.30.0.5", "DHCPv4 ACK: 172.30.0.5"]);
  });

  it("takes the Discover or the Request that a guest without address broadcasts", () => {
    expect(conditions(offer)).toEqual([
      "inner.ether.dst=FF:FF:FF:FF:FF:FF",
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ip.src=0.0.0.0",
      "inner.ip.dst=255.255.255.255",
      "inner.ip.proto=UDP",
      "inner.ulp.dst=67",
      "inner.ulp.src=68",
      "dhcp.msg_type=Discover",
    ]);
    expect(takes(offer, request({}))).toBe(true);
    expect(takes(ack, request({}))).toBe(false);
    expect(takes(ack, request({ options: "350103ff" }))).toBe(true);
    expect(takes(offer, request({ options: "350108ff" }))).toBe(false);
  });

  it("offers the lease with all options (spec 03 §11)", () => {
    expect(answer(offer, request({}))).toBe(OFFER);
  });

  it("acknowledges with the same options", () => {
    expect(answer(ack, request({ options: "350103ff" }))).toBe(OFFER.replace("350102", "350105"));
  });

  it("answers everyone if the client cannot receive unicast, without echoing the flag", () => {
    const toAll = OFFER.replace(GUEST, "ffffffffffff").replace("e138ac1e0001ac1e0005", "8d5cac1e0001ffffffff");
    expect(answer(offer, request({ flags: "8000" }))).toBe(toAll);
    expect(answer(offer, request({ flags: "7fff" }))).toBe(OFFER);
  });

  it("ends after the routes where nothing is configured: 326 bytes", () => {
    const bare = answer(new Dhcp4Server({ ...config, dhcp: NO_DHCP_OPTIONS }), request({}));
    expect(bare).toHaveLength(2 * 326);
    expect(bare.slice(-34)).toBe("790e20ac1e00010000000000ac1e0001ff");
  });

  it("tells a guest that has neighbours its subnet, mask before router as RFC 2132 §3.3 has it, and no routes", () => {
    const subnet = Ipv4Cidr.parse("172.30.0.0/22");
    const neighbourly = answer(new Dhcp4Server({ ...config, dhcp: NO_DHCP_OPTIONS, subnet }), request({}));
    expect(neighbourly.slice(2 * 282)).toBe(squeeze("350102 3604ac1e0001 0104fffffc00 0304ac1e0001 330400015180 ff"));
  });

  it("copies the transaction id, and regards no other field", () => {
    const frame = request({
      xid: "deadbeef",
      chaddr: "020304050607",
      ciaddr: "0a000001",
      options: "350101 3204 0a000009 ff",
    });
    expect(answer(offer, frame)).toBe(OFFER.replace("11223344", "deadbeef"));
  });

  it("sends messages of any length", () => {
    const label = "x".repeat(60);
    const domainSearchList = Array.from({ length: 40 }, (_, i) => DomainName.parse(`${label}.${i}`));
    const long = answer(new Dhcp4Server({ ...config, dhcp: { ...dhcp, domainSearchList } }), request({}));
    expect(long.slice(32, 36)).toBe(num(long.length / 2 - 14, 2));
    expect(long.slice(76, 80)).toBe(num(long.length / 2 - 34, 2));
  });

  it("is not made with more options than a packet holds", () => {
    const label = "x".repeat(60);
    const domainSearchList = Array.from({ length: 270 }, () => DomainName.parse(`${label}.${label}.${label}.${label}`));
    expect(() => new Dhcp4Server({ ...config, dhcp: { ...dhcp, domainSearchList } })).toThrow("DHCPv4");
  });

  it("calls a message without its whole fixed part malformed", () => {
    const payload = udp(68, 67, `01010600 ${"00".repeat(235)}`);
    const frame = ipv4Frame({ dstMac: "ffffffffffff", src: "00000000", dst: "ffffffff", protocol: 17, payload });
    expect(offer.reply("out", packetOf(frame), dirtyReply())).toBe(MALFORMED);
  });

  it("answers any body that is long enough with the same length and right checksums", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 240, maxLength: 400 }), (body) => {
        const payload = udp(68, 67, toHex(body));
        const frame = ipv4Frame({ dstMac: "ffffffffffff", src: "00000000", dst: "ffffffff", protocol: 17, payload });
        expect(answer(offer, frame)).toHaveLength(OFFER.length);
      }),
    );
  });
});
