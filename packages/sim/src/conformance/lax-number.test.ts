import { describe, expect, it } from "vitest";
import { hasLaxNumber } from "./lax-number.js";

describe("a number that only the reference reads", () => {
  it.each([
    ["mac", "+1:2:3:4:5:6"],
    ["mac", "001:2:3:4:5:6"],
    ["ipv4", "1.02.3.4"],
    ["ipv6", "::ffff:1.2.3.04"],
    ["ip", "01.2.3.4"],
    ["ipv4_cidr", "10.0.0.0/08"],
    ["ipv6_cidr", "fd00::/+64"],
    ["vni", "007"],
    ["router_target", "sub4=10.0.0.0/08"],
    ["router_target", "SUB6=fd00::/064"],
    ["fw_hosts", "vni=+5"],
    ["fw_hosts", "ip=010.0.0.1"],
    ["fw_protocol", "icmp:8,00-03"],
    ["fw_ports", "80,0443"],
    ["fw_rule", "dir=in action=allow priority=005"],
    ["fw_rule", "dir=in action=allow priority=5 hosts=subnet=10.0.0.0/08"],
    ["fw_rule", "dir=in action=allow priority=5 protocol=icmp6:+1"],
  ])("is found in a %s: %s", (type, input) => {
    expect(hasLaxNumber(type, input)).toBe(true);
  });

  it.each([
    ["mac", "01:02:00:04:05:06"],
    ["ipv4", "0.10.20.30"],
    ["ipv6", "0001:0000::ffff:1.2.3.4"],
    ["ip_cidr", "00fd::/8"],
    ["vni", "0"],
    ["domain_name", "007.example"],
    ["router_target", "ig=00000000-0000-0000-0000-000000000000"],
    ["fw_protocol", "icmp6"],
    ["fw_protocol", "icmp:8,0-3"],
    ["fw_ports", "any"],
    ["fw_rule", "dir=in action=allow priority=0 hosts=ip=0000::1 port=0"],
  ])("is not found in a plain %s: %s", (type, input) => {
    expect(hasLaxNumber(type, input)).toBe(false);
  });
});
