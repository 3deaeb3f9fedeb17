import { IpCidr, Ipv4Addr, Ipv6Addr, TextError } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouterTarget } from "./router-target.js";
import { Uuid } from "./uuid.js";

const UUID = "70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0c05";

const targets: fc.Arbitrary<RouterTarget> = fc.oneof(
  fc.constant<RouterTarget>({ kind: "drop" }),
  fc.constant<RouterTarget>({ kind: "internetGateway" }),
  fc.uuid().map((uuid): RouterTarget => ({ kind: "internetGateway", uuid: Uuid.parse(uuid) })),
  fc.ipV4().map((ip): RouterTarget => ({ kind: "ip", ip: Ipv4Addr.parse(ip) })),
  fc.ipV6().map((ip): RouterTarget => ({ kind: "ip", ip: Ipv6Addr.parse(ip) })),
  fc
    .tuple(fc.ipV4(), fc.nat(32))
    .map(([ip, len]): RouterTarget => ({ kind: "vpcSubnet", cidr: IpCidr.of(Ipv4Addr.parse(ip), len) })),
  fc
    .tuple(fc.ipV6(), fc.nat(128))
    .map(([ip, len]): RouterTarget => ({ kind: "vpcSubnet", cidr: IpCidr.of(Ipv6Addr.parse(ip), len) })),
);

describe("a router target", () => {
  it.each([
    ["drop", "Drop"],
    ["DROP", "Drop"],
    ["ig", "ig"],
    [`IG=${UUID.toUpperCase()}`, `ig=${UUID}`],
    ["ip4=10.0.0.1", "ip4=10.0.0.1"],
    ["IP6=FD00::ABCD", "ip6=fd00::abcd"],
    ["sub4=10.1.2.3/8", "sub4=10.0.0.0/8"],
    ["sub6=fd00::1/64", "sub6=fd00::/64"],
  ])("is read from %s and printed as %s", (text, printed) => {
    expect(RouterTarget.format(RouterTarget.parse(text))).toBe(printed);
  });

  it.each([
    ["", "malformed_target"],
    ["drop ", "malformed_target"],
    ["=10.0.0.1", "malformed_target"],
    ["ip=10.0.0.1", "malformed_target"],
    ["subnet=10.0.0.0/8", "malformed_target"],
    ["ig=", "bad_uuid"],
    ["ip4=", "bad_ip"],
    ["ip4=010.0.0.1", "bad_ip"],
    ["ip4=fd00::1", "bad_ip"],
    ["ip6=1.2.3.4", "invalid_ipv6"],
    ["sub4=10.0.0.0", "no_slash"],
    ["sub4=fd00::/64", "bad_ip"],
  ])("refuses %j as %s", (text, kind) => {
    expect(() => RouterTarget.parse(text)).toThrow(expect.objectContaining({ constructor: TextError, kind }));
  });

  it("is read back from what it prints", () => {
    fc.assert(
      fc.property(targets, (target) => {
        expect(RouterTarget.equals(RouterTarget.parse(RouterTarget.format(target)), target)).toBe(true);
      }),
    );
  });

  it("equals another exactly when they print alike", () => {
    fc.assert(
      fc.property(targets, targets, (a, b) => {
        expect(RouterTarget.equals(a, b)).toBe(RouterTarget.format(a) === RouterTarget.format(b));
      }),
    );
  });
});
