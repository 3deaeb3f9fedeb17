import { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import { describe, expect, it } from "vitest";
import { NO_EXTERNAL_IPS } from "./external-ip-cfg.js";
import { defaultLimits } from "./port-limits.js";
import { type Ipv4Cfg, type Ipv6Cfg, requiredNatSpace } from "./vpc-cfg.js";

const rest = { externalIps: NO_EXTERNAL_IPS, attachedSubnets: [], transitIps: [] };
const ipv4: Ipv4Cfg = {
  vpcSubnet: Ipv4Cidr.parse("172.30.0.0/22"),
  privateIp: Ipv4Addr.parse("172.30.0.5"),
  gatewayIp: Ipv4Addr.parse("172.30.0.1"),
  ...rest,
};
const ipv6: Ipv6Cfg = {
  vpcSubnet: Ipv6Cidr.parse("fd00::/64"),
  privateIp: Ipv6Addr.parse("fd00::5"),
  gatewayIp: Ipv6Addr.parse("fd00::1"),
  ...rest,
};

describe("the NAT space that a port may need", () => {
  it("is that of both families (test_required_nat_space)", () => {
    expect(requiredNatSpace({ ipv4, ipv6 })).toBe(131_070);
  });

  it("is that of one family (test_required_nat_space, IPv4 and IPv6 only)", () => {
    expect(requiredNatSpace({ ipv4 })).toBe(65_535);
    expect(requiredNatSpace({ ipv6 })).toBe(65_535);
  });

  it("bounds the flow table of the NAT layer", () => {
    expect(defaultLimits({ ipv4 }).nat).toBe(65_535);
    expect(defaultLimits({ ipv4, ipv6 })).toMatchObject({ nat: 131_070, firewall: 524_288, uft: 524_288, gateway: 1 });
  });
});
