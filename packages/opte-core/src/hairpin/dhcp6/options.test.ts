import fc from "fast-check";
import { DomainName, Ipv6Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { Dhcp6Option } from "./message.js";
import {
  areDhcp6OptionsValid,
  dhcp6OptionLen,
  duidFromMac,
  encodeClientFqdn,
  encodeDhcp6Option,
  encodeDnsServers,
  encodeDomainList,
  encodeIaNa,
  encodeStatus,
  findDhcp6Option,
  isDhcp6OptionRequested,
  MAX_NESTING,
  nextDhcp6Option,
} from "./options.js";
import { fromHex, gatewayMac, num, squeeze, toHex } from "../../../test/hairpin-frames.js";

/** Options of a Solicit that a Linux client sent. */
const SNOOPED = fromHex(`0001000e000100012ac9f22da84025fadd0b 00060008 001700180027001f 00080002 0000
  0003000c 25fadd0b 00000e10 00001518`);

/** Hex text of an option. */
const option = (code: number, data: string): string => num(code, 2) + num(squeeze(data).length / 2, 2) + squeeze(data);

const isValid = (text: string): boolean => areDhcp6OptionsValid(fromHex(text), 0, fromHex(text).length);

/** `levels` IA_NA options, each in the one before, with `content` in the innermost. */
function nested(levels: number, content = ""): string {
  return levels === 0 ? content : option(3, "00".repeat(12) + nested(levels - 1, content));
}

describe("reading options", () => {
  it("finds what a Linux client sent (test_parse_snooped_solicit_message, test_parse_snooped_client_id, test_parse_snooped_option_request, test_parse_snooped_iana)", () => {
    expect(areDhcp6OptionsValid(SNOOPED, 0, SNOOPED.length)).toBe(true);
    const found = [1, 6, 8, 3].map((code) => {
      const at = findDhcp6Option(SNOOPED, 0, SNOOPED.length, code);
      return toHex(SNOOPED.subarray(at + 4, nextDhcp6Option(SNOOPED, at)));
    });
    expect(found).toEqual(["000100012ac9f22da84025fadd0b", "001700180027001f", "0000", "25fadd0b00000e1000001518"]);
    const requested = findDhcp6Option(SNOOPED, 0, SNOOPED.length, Dhcp6Option.OptionRequest);
    const isRequested = (code: number): boolean => isDhcp6OptionRequested(SNOOPED, requested, code);
    expect([23, 24, 39, 31].every(isRequested)).toBe(true);
    expect([0, 14, 0x1700].some(isRequested)).toBe(false);
  });

  it("finds the first option of a code, and none that is nested", () => {
    const bytes = fromHex(option(3, "00".repeat(12) + option(8, "0001")) + option(8, "0002") + option(8, "0003"));
    const at = findDhcp6Option(bytes, 0, bytes.length, Dhcp6Option.ElapsedTime);
    expect(toHex(bytes.subarray(at, nextDhcp6Option(bytes, at)))).toBe("000800020002");
    expect(findDhcp6Option(bytes, 0, bytes.length, Dhcp6Option.ClientId)).toBe(-1);
  });

  it("requests nothing without an option request", () => {
    expect(isDhcp6OptionRequested(SNOOPED, -1, 23)).toBe(false);
  });

  it("reads an IA_TA, which has an id and options alone (test_iata)", () => {
    expect(isValid(option(4, "25fadd0b"))).toBe(true);
    expect(isValid(option(4, "25fadd0b" + option(5, "00".repeat(24))))).toBe(true);
    expect(isValid(option(4, "25fadd"))).toBe(false);
  });

  it("reads an elapsed time of two bytes (test_elapsed_time)", () => {
    expect(isValid(option(8, "0001"))).toBe(true);
    expect(isValid(option(8, "01"))).toBe(false);
    expect(isValid(option(8, "000001"))).toBe(false);
  });

  it("reads a rapid commit, which has no data (test_rapid_commit)", () => {
    const text = option(14, "") + option(8, "0000");
    expect(isValid(text)).toBe(true);
    expect(findDhcp6Option(fromHex(text), 0, fromHex(text).length, 14)).toBe(0);
  });

  it("reads a request for options by their codes (test_option_request)", () => {
    const bytes = fromHex(option(6, "0017 0018 0027"));
    expect([23, 24, 39, 31].map((code) => isDhcp6OptionRequested(bytes, 0, code))).toEqual([true, true, true, false]);
    expect(isValid(option(6, "0017 00"))).toBe(false);
  });

  it("passes over options that it does not know (test_raw_option_from_bytes)", () => {
    const bytes = fromHex(option(200, "0102030405") + option(2, ""));
    expect(areDhcp6OptionsValid(bytes, 0, bytes.length)).toBe(true);
    expect(dhcp6OptionLen(bytes, 0)).toBe(5);
    expect(findDhcp6Option(bytes, 0, bytes.length, Dhcp6Option.ServerId)).toBe(9);
  });

  it("takes the data of a rapid commit option, which should have none, for the next option, as the reference does", () => {
    const bytes = fromHex("000e0006" + option(8, "0000"));
    expect(areDhcp6OptionsValid(bytes, 0, bytes.length)).toBe(true);
    expect(findDhcp6Option(bytes, 0, bytes.length, Dhcp6Option.ElapsedTime)).toBe(4);
  });

  it("takes four zero bytes of padding for an option, and fewer for a malformed one", () => {
    expect(isValid(option(8, "0000") + "00000000")).toBe(true);
    for (const padding of ["00", "0000", "000000"]) expect(isValid(option(8, "0000") + padding)).toBe(false);
  });

  it("reads options nested to a depth of 8, and no deeper (fail_on_deeply_nested_options)", () => {
    expect(MAX_NESTING).toBe(8);
    expect(isValid(nested(MAX_NESTING + 1))).toBe(true);
    expect(isValid(nested(MAX_NESTING + 2))).toBe(false);
    expect(isValid(nested(MAX_NESTING, option(8, "0000")))).toBe(true);
    expect(isValid(nested(MAX_NESTING + 1, option(8, "0000")))).toBe(false);
  });

  it.each([
    ["client id", 1, 0],
    ["server id", 2, 0],
    ["IA_NA", 3, 12],
    ["IA_TA", 4, 4],
    ["IA address", 5, 24],
    ["status", 13, 2],
    ["domain list", 24, 0],
    ["FQDN", 39, 0],
  ])("accepts a %s option (%i) from %i bytes on", (_, code, min) => {
    expect(isValid(option(code, "00".repeat(min)))).toBe(true);
    if (min > 0) expect(isValid(option(code, "00".repeat(min - 1)))).toBe(false);
  });

  it.each([
    ["an elapsed time of 1 byte", 8, 1],
    ["an elapsed time of 3 bytes", 8, 3],
    ["an odd option request", 6, 3],
    ["name servers of 17 bytes (test_ip_list_bad_length_fails)", 23, 17],
    ["SNTP servers of 8 bytes", 31, 8],
  ])("rejects %s", (_, code, length) => {
    expect(isValid(option(code, "00".repeat(length)))).toBe(false);
  });

  it.each([
    ["name servers (test_dns_servers)", 23],
    ["SNTP servers (test_sntp_servers)", 31],
  ])("accepts a list of %s, an empty one too", (_, code) => {
    expect(isValid(option(code, ""))).toBe(true);
    expect(isValid(option(code, "00".repeat(32)))).toBe(true);
  });

  it("rejects a status whose message is not UTF-8", () => {
    expect(isValid(option(13, "0004 c3a4"))).toBe(true);
    expect(isValid(option(13, "0004 c3"))).toBe(false);
  });

  it("rejects an option that runs beyond the end, nested ones too", () => {
    expect(isValid("00010002aa")).toBe(false);
    expect(isValid(option(4, `00000000 00010002aa`) + option(8, "0000"))).toBe(false);
    expect(isValid(option(5, `${"00".repeat(24)} 0008`))).toBe(false);
  });

  it("stays in bounds whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (!areDhcp6OptionsValid(bytes, 0, bytes.length)) return;
        let at = 0;
        while (at < bytes.length) at = nextDhcp6Option(bytes, at);
        expect(at).toBe(bytes.length);
      }),
    );
  });
});

describe("writing options", () => {
  it("makes a DUID of a MAC (test_duid_from_mac, test_server_id)", () => {
    expect(toHex(duidFromMac(gatewayMac))).toBe("00030001a84025ff7777");
  });

  it("leases an address for ever (test_iana)", () => {
    expect(toHex(encodeIaNa(Ipv6Addr.parse("fd00::5")))).toBe(
      squeeze(`00030028 00000000 ffffffff ffffffff 00050018 fd000000000000000000000000000005 ffffffff ffffffff`),
    );
  });

  it("lists name servers", () => {
    const servers = ["2001:db8::1", "2001:db8::2"].map((text) => Ipv6Addr.parse(text));
    expect(toHex(encodeDnsServers(servers))).toBe(
      squeeze("00170020 20010db8000000000000000000000001 20010db8000000000000000000000002"),
    );
    expect(toHex(encodeDnsServers([]))).toBe("00170000");
  });

  it("lists domains one behind the other (test_domain_list_from_slice)", () => {
    const names = ["oxide.computer", "a.b."].map((text) => DomainName.parse(text));
    expect(toHex(encodeDomainList(names))).toBe(squeeze("00180015 056f7869646508636f6d707574657200 0161016200"));
  });

  it("composes the FQDN of host name and domain (dhcp_fqdn)", () => {
    const host = DomainName.parse("testbox");
    const domain = DomainName.parse("oxide.computer");
    expect(toHex(encodeClientFqdn(host, undefined))).toBe(squeeze("0027000a 03 0774657374626f7800"));
    expect(toHex(encodeClientFqdn(host, domain))).toBe(
      squeeze("00270019 03 0774657374626f78 056f7869646508636f6d707574657200"),
    );
  });

  it("says a status (test_status)", () => {
    expect(toHex(encodeStatus(4, "no"))).toBe("000d000400046e6f");
    expect(toHex(encodeStatus(0, ""))).toBe("000d00020000");
  });

  it("is read again as written, whatever the data of an opaque option (test_client_id)", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (list) => {
        const bytes = Uint8Array.from(list.flatMap((data) => [...encodeDhcp6Option(Dhcp6Option.ClientId, data)]));
        expect(areDhcp6OptionsValid(bytes, 0, bytes.length)).toBe(true);
        let at = 0;
        for (const data of list) {
          expect(bytes.slice(at + 4, nextDhcp6Option(bytes, at))).toEqual(data);
          at = nextDhcp6Option(bytes, at);
        }
      }),
    );
  });

  it("does not write more than an option holds", () => {
    expect(() => encodeDhcp6Option(24, new Uint8Array(0x1_0000))).toThrow("24");
  });
});
