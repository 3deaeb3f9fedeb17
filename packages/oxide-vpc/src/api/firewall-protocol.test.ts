import { describe, expect, it } from "vitest";
import { FirewallProtocol } from "./firewall-protocol.js";

describe("a protocol filter (parse_good_proto_filter, parse_bad_proto_filter)", () => {
  it.each([
    ["ANY", "any"],
    ["arp", "arp"],
    ["Tcp", "tcp"],
    ["UDP", "udp"],
    ["icmp", "icmp"],
    ["ICMP6:135", "icmp6:135"],
    ["icmp:8,0", "icmp:8,0"],
    ["icmp:8,0-3", "icmp:8,0-3"],
    ["icmp:8,3-0", "icmp:8,3-0"],
    ["icmp:8,0-0", "icmp:8,0"],
    ["icmp6:255,255", "icmp6:255,255"],
  ])("reads %s and prints it as %s, the reference in capitals", (text, printed) => {
    const protocol = FirewallProtocol.parse(text);
    expect(FirewallProtocol.format(protocol)).toBe(printed);
    expect(FirewallProtocol.toReferenceString(protocol)).toBe(printed.toUpperCase());
    expect(FirewallProtocol.parse(printed)).toEqual(protocol);
  });

  it.each([
    ["icmpv6", "unknown_protocol"],
    ["6", "unknown_protocol"],
    ["tcp ", "unknown_protocol"],
    ["tcp:80", "filter_not_allowed"],
    ["any:", "filter_not_allowed"],
    [":8", "filter_not_allowed"],
    ["icmp:", "empty_number"],
    ["icmp:8,", "empty_number"],
    ["icmp:8,0-", "empty_number"],
    ["icmp:256", "number_too_large"],
    ["icmp:08", "leading_zero"],
    ["icmp:8,0-3-5", "invalid_digit"],
    ["icmp:8-9", "invalid_digit"],
    ["icmp:8,0,1", "invalid_digit"],
  ])("refuses %j as %s", (text, kind) => {
    expect(() => FirewallProtocol.parse(text)).toThrow(expect.objectContaining({ kind }));
  });

  it("reports the codes before the type, as the reference does", () => {
    expect(() => FirewallProtocol.parse("icmp:300,x")).toThrow(expect.objectContaining({ kind: "invalid_digit" }));
  });

  it("prints other protocols by number, the reference by name", () => {
    expect(FirewallProtocol.format({ kind: "other", protocol: 2 })).toBe("other:2");
    expect(FirewallProtocol.toReferenceString({ kind: "other", protocol: 2 })).toBe("IGMP");
    expect(FirewallProtocol.toReferenceString({ kind: "other", protocol: 47 })).toBe("Unknown");
  });
});
