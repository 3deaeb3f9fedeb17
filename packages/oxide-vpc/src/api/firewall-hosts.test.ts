import { describe, expect, it } from "vitest";
import { FirewallHosts } from "./firewall-hosts.js";

describe("a host filter (parse_good_address, parse_bad_address)", () => {
  it.each([
    ["any", "any", "ANY"],
    ["ANY", "any", "ANY"],
    ["ip=10.0.0.1", "ip=10.0.0.1", "10.0.0.1,"],
    ["IP=FD00::1", "ip=fd00::1", "fd00::1,"],
    ["subnet=10.1.2.3/8", "subnet=10.0.0.0/8", "10.0.0.0/8,"],
    ["subnet=2001:db8:0:1::/64", "subnet=2001:db8:0:1::/64", "2001:db8::1:0:0:0:0/64,"],
    ["vni=99", "vni=99", "99"],
  ])("reads %s, prints it as %s, and as the reference does as %s", (text, printed, reference) => {
    const hosts = FirewallHosts.parse(text);
    expect(FirewallHosts.format(hosts)).toBe(printed);
    expect(FirewallHosts.toReferenceString(hosts)).toBe(reference);
    expect(FirewallHosts.parse(printed)).toEqual(hosts);
  });

  it.each([
    ["", "malformed_address"],
    ["10.0.0.1", "malformed_address"],
    ["any,", "malformed_address"],
    ["host=10.0.0.1", "invalid_address_type"],
    ["ip=", "invalid_ip"],
    ["ip=10.0.0.0/8", "invalid_ip"],
    ["ip=010.0.0.1", "invalid_ip"],
    ["subnet=10.0.0.0", "invalid_cidr"],
    ["vni=16777216", "too_large"],
    ["vni=-1", "unparsable"],
  ])("refuses %j as %s", (text, kind) => {
    expect(() => FirewallHosts.parse(text)).toThrow(expect.objectContaining({ kind }));
  });
});
