import fc from "fast-check";
import { Ipv6Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { DONE, REFUSAL } from "../../action/action.js";
import { type DhcpConfig, NO_DHCP_OPTIONS } from "../dhcp-config.js";
import { Dhcp6Server } from "./server.js";
import {
  answerOf,
  checksumsVerify,
  dhcpNames,
  dirtyReply,
  GATEWAY,
  GATEWAY_LINK_LOCAL,
  gatewayMac,
  GUEST,
  GUEST_IP6,
  GUEST_LINK_LOCAL,
  guestIp6,
  guestMac,
  ipv6Frame,
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
  dns6Servers: [Ipv6Addr.parse("2001:4860:4860::8888"), Ipv6Addr.parse("2001:4860:4860::8844")],
};
const server = new Dhcp6Server({ guestMac, guestIp: guestIp6, gatewayMac, dhcp });
const bareServer = new Dhcp6Server({ guestMac, guestIp: guestIp6, gatewayMac, dhcp: NO_DHCP_OPTIONS });

/** Options that clients send, and what the server makes of them, as hex text. */
const CLIENT_ID = "0001000e000100012ac9f22da84025fadd0b";
const SERVER_ID = `0002000a00030001${GATEWAY}`;
const ELAPSED = "000800020000";
const REQUEST_ALL = "00060008001700180027001f";
const IA_NA = "0003000c 00000ff7 00000e10 00001518";
const RAPID_COMMIT = "000e0000";
const DNS = "00170020 20014860486000000000000000008888 20014860486000000000000000008844";
const LEASE = `00030028 00000ff7 ffffffff ffffffff 00050018 ${GUEST_IP6} ffffffff ffffffff`;
const DOMAINS = "00180010 056f7869646508636f6d707574657200";
const FQDN = "0027001e 03 0774657374626f780474657374056f7869646508636f6d707574657200";

const SOLICIT = 1;
const REQUEST = 3;
const CONFIRM = 4;

function message(type: number, options: string, src = GUEST_LINK_LOCAL): string {
  const payload = udp(546, 547, `${num(type, 1)}000102 ${options}`);
  return ipv6Frame({ dstMac: "333300010002", src, dst: "ff020000000000000000000000010002", protocol: 17, payload });
}

/** The DHCPv6 message of an answer. */
function answer(frame: string, from: Dhcp6Server = server): string {
  const reply = answerOf(from, frame);
  expect(checksumsVerify(reply)).toBe(true);
  return toHex(reply.toBytes()).slice(2 * 62);
}

function refusal(frame: string): unknown {
  return server.reply("out", packetOf(frame), dirtyReply());
}

describe("Dhcp6Server", () => {
  it("says in dumps what it leases", () => {
    expect(server.text).toBe("DHCPv6 IA Addrs: [fd00::5]");
  });

  it("takes what the guest sends to all servers", () => {
    expect(conditions(server)).toEqual([
      "inner.ether.src=A8:40:25:FA:FA:37",
      "inner.ip6.src=fe80::/64",
      "inner.ip6.dst=ff02::1:2,ff05::1:3",
      "inner.ip.proto=UDP",
      "inner.ulp.src=546",
      "inner.ulp.dst=547",
    ]);
    expect(takes(server, message(SOLICIT, CLIENT_ID + ELAPSED, GUEST_IP6))).toBe(false);
  });

  it("takes and answers what a Linux client sent (test_predicates_match_snooped_solicit_message)", () => {
    const frame = message(SOLICIT, CLIENT_ID + REQUEST_ALL + ELAPSED + "0003000c25fadd0b00000e1000001518");
    expect(takes(server, frame)).toBe(true);
    expect(answer(frame)).toContain(squeeze(LEASE.replace("00000ff7", "25fadd0b")));
  });

  it("advertises the lease and all that is asked for (spec 03 §11)", () => {
    const reply = dirtyReply();
    server.reply("out", packetOf(message(SOLICIT, CLIENT_ID + REQUEST_ALL + ELAPSED + IA_NA)), reply);
    expect(toHex(reply.toBytes())).toBe(
      squeeze(`${GUEST} ${GATEWAY} 86dd 6000000000b21180 ${GATEWAY_LINK_LOCAL} ${GUEST_LINK_LOCAL}
        0223022200b24cc6 02000102 ${SERVER_ID} ${CLIENT_ID} ${DNS} ${LEASE} ${DOMAINS} ${FQDN}`),
    );
  });

  it("replies at once to a rapid commit (spec 03 §11)", () => {
    const reply = dirtyReply();
    server.reply("out", packetOf(message(SOLICIT, CLIENT_ID + ELAPSED + IA_NA + RAPID_COMMIT)), reply);
    expect(toHex(reply.toBytes()).slice(2 * 54)).toBe(
      squeeze(`02230222005cca5a 07000102 ${SERVER_ID} ${CLIENT_ID} ${LEASE} ${RAPID_COMMIT}`),
    );
  });

  // test_reply_to_dhcpv6_solicit_or_request
  it.each([
    ["Solicit", SOLICIT, "", "", "02"],
    ["Solicit with rapid commit", SOLICIT, RAPID_COMMIT, RAPID_COMMIT, "07"],
    ["Request", REQUEST, SERVER_ID, "", "07"],
    ["Request with rapid commit", REQUEST, SERVER_ID + RAPID_COMMIT, "", "07"],
  ])("answers a %s (test_reply_to_dhcpv6_solicit_or_request)", (_, type, more, tail, answerType) => {
    expect(answer(message(type, CLIENT_ID + REQUEST_ALL + ELAPSED + IA_NA + more))).toBe(
      squeeze(`${answerType}000102 ${SERVER_ID} ${CLIENT_ID} ${DNS} ${LEASE} ${DOMAINS} ${FQDN} ${tail}`),
    );
  });

  it("takes a rapid commit in the option request for the option itself", () => {
    expect(answer(message(SOLICIT, CLIENT_ID + ELAPSED + "00060002000e"))).toBe(
      squeeze(`07000102 ${SERVER_ID} ${CLIENT_ID} ${RAPID_COMMIT}`),
    );
  });

  it("answers without an address where none is asked for", () => {
    expect(answer(message(SOLICIT, CLIENT_ID + ELAPSED))).toBe(squeeze(`02000102 ${SERVER_ID} ${CLIENT_ID}`));
  });

  it("leases for the first IA_NA only", () => {
    const second = "0003000c 00000ff8 00000000 00000000";
    expect(answer(message(SOLICIT, CLIENT_ID + ELAPSED + IA_NA + second))).toBe(
      squeeze(`02000102 ${SERVER_ID} ${CLIENT_ID} ${LEASE}`),
    );
  });

  it("gives domains and FQDN to a client that sends these options itself, but not name servers", () => {
    const sent = "00170000 00180000 0027000100";
    expect(answer(message(SOLICIT, CLIENT_ID + ELAPSED + sent))).toBe(
      squeeze(`02000102 ${SERVER_ID} ${CLIENT_ID} ${DOMAINS} ${FQDN}`),
    );
  });

  it("has nothing to give but an empty list of name servers where nothing is configured", () => {
    expect(answer(message(SOLICIT, CLIENT_ID + ELAPSED + REQUEST_ALL), bareServer)).toBe(
      squeeze(`02000102 ${SERVER_ID} ${CLIENT_ID} 00170000`),
    );
  });

  it("repeats the client id, whatever its length, and answers whoever asks", () => {
    const src = "fe80000000000000000000000000abcd";
    const reply = dirtyReply();
    server.reply("out", packetOf(message(SOLICIT, "00010000" + ELAPSED, src)), reply);
    const frame = toHex(reply.toBytes());
    expect(frame.slice(76, 108)).toBe(src);
    expect(frame.slice(2 * 62)).toBe(squeeze(`02000102 ${SERVER_ID} 00010000`));
  });

  it.each([
    ["a Solicit without client id", SOLICIT, ELAPSED],
    ["a Solicit without elapsed time", SOLICIT, CLIENT_ID],
    ["a Solicit with a server id", SOLICIT, CLIENT_ID + ELAPSED + SERVER_ID],
    ["a Request without server id", REQUEST, CLIENT_ID + ELAPSED],
    ["a Request to another server", REQUEST, CLIENT_ID + ELAPSED + SERVER_ID.replace(GATEWAY, GUEST)],
    ["a Request to a server with a longer id", REQUEST, CLIENT_ID + ELAPSED + `0002000b00030001${GATEWAY}00`],
    ["a Request without client id", REQUEST, ELAPSED + SERVER_ID],
    ["a Request without elapsed time", REQUEST, CLIENT_ID + SERVER_ID],
    ["a message with a malformed option", SOLICIT, CLIENT_ID + ELAPSED + "000600010000"],
    ["a message without options", SOLICIT, ""],
  ])("refuses %s", (_, type, options) => {
    expect(refusal(message(type, options))).toBe(REFUSAL);
  });

  it.each([0, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 255])("refuses messages of type %i", (type) => {
    for (const serverId of ["", SERVER_ID]) {
      expect(refusal(message(type, CLIENT_ID + ELAPSED + IA_NA + serverId))).toBe(REFUSAL);
    }
  });

  describe("asked to confirm addresses", () => {
    const address = (text: string): string => `00050018 ${text} 00000000 00000000`;
    const association = (content: string): string =>
      `0003 ${num(12 + squeeze(content).length / 2, 2)} 00000009 00000000 00000000 ${content}`;
    const OTHER = "fd00000000000000000000000000dead";

    it("refuses what clients send, with addresses right in the IA_NA, as the reference does", () => {
      expect(refusal(message(CONFIRM, CLIENT_ID + ELAPSED + association(address(GUEST_IP6))))).toBe(REFUSAL);
    });

    it("confirms the lease in an IA_NA within the IA_NA", () => {
      const options = CLIENT_ID + ELAPSED + association(association(address(GUEST_IP6)));
      expect(answer(message(CONFIRM, options))).toBe(squeeze(`07000102 ${SERVER_ID} ${CLIENT_ID} 000d00020000`));
    });

    it.each([
      ["another address", address(OTHER)],
      ["another address besides", address(GUEST_IP6) + address(OTHER)],
      ["another address in front", address(OTHER) + address(GUEST_IP6)],
    ])("says that %s is not on the link", (_, addresses) => {
      const text = "4164647265737328657329206e6f74206f6e206c696e6b";
      expect(answer(message(CONFIRM, CLIENT_ID + ELAPSED + association(association(addresses))))).toBe(
        squeeze(`07000102 ${SERVER_ID} ${CLIENT_ID} 000d0019 0004 ${text}`),
      );
    });

    it.each([
      ["client id", ELAPSED + association(association(address(GUEST_IP6)))],
      ["elapsed time", CLIENT_ID + association(association(address(GUEST_IP6)))],
      ["IA_NA", CLIENT_ID + ELAPSED],
      ["options in the IA_NA", CLIENT_ID + ELAPSED + association("")],
      ["addresses in the inner IA_NA", CLIENT_ID + ELAPSED + association(association(""))],
    ])("refuses a message without %s", (_, options) => {
      expect(refusal(message(CONFIRM, options))).toBe(REFUSAL);
    });

    it("refuses a message with a server id", () => {
      const options = CLIENT_ID + ELAPSED + SERVER_ID + association(association(address(GUEST_IP6)));
      expect(refusal(message(CONFIRM, options))).toBe(REFUSAL);
    });
  });

  it("fails for a client id that leaves no room in the frame", () => {
    const clientId = `0001ff80${"00".repeat(0xff80)}`;
    expect(server.reply("out", packetOf(message(SOLICIT, clientId + ELAPSED + REQUEST_ALL)), dirtyReply())).toEqual({
      kind: "unexpected",
      message: "DHCPv6 reply does not fit in a frame",
    });
  });

  it("is not made with more options than a frame holds", () => {
    const dns6Servers = Array.from({ length: 4090 }, () => guestIp6);
    const make = (config: DhcpConfig): Dhcp6Server =>
      new Dhcp6Server({ guestMac, guestIp: guestIp6, gatewayMac, dhcp: config });
    expect(() => make({ ...NO_DHCP_OPTIONS, dns6Servers })).toThrow("DHCPv6");
  });

  it("answers or refuses any message, and all its checksums are right", () => {
    const options = fc.constantFrom(
      CLIENT_ID,
      ELAPSED,
      SERVER_ID,
      IA_NA,
      REQUEST_ALL,
      RAPID_COMMIT,
      "00000000",
      "000d",
    );
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 4, 5), fc.array(options, { maxLength: 7 }), (type, list) => {
        const reply = dirtyReply();
        const outcome = server.reply("out", packetOf(message(type, list.join(""))), reply);
        if (outcome === DONE) expect(checksumsVerify(reply)).toBe(true);
        else expect(outcome).toBe(REFUSAL);
      }),
    );
  });
});
