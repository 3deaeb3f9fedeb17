import { type Direction, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Vni } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FirewallHosts } from "./firewall-hosts.js";
import type { FirewallProtocol } from "./firewall-protocol.js";
import { ANY_FILTERS, FirewallFilters, FirewallRule } from "./firewall-rule.js";

const byte = fc.nat(0xff);
const icmpFilter = fc.oneof(
  fc.record({ ty: byte }),
  fc.record({ ty: byte, codes: fc.record({ first: byte, last: byte }) }),
);

const rules: fc.Arbitrary<FirewallRule> = fc.record({
  direction: fc.constantFrom<Direction[]>("in", "out"),
  action: fc.constantFrom("allow", "deny"),
  priority: fc.nat(0xffff),
  filters: fc.record({
    hosts: fc.oneof(
      fc.constant<FirewallHosts>({ kind: "any" }),
      fc.ipV6().map((ip): FirewallHosts => ({ kind: "ip", ip: Ipv6Addr.parse(ip) })),
      fc.nat(32).map((len): FirewallHosts => ({ kind: "subnet", cidr: new Ipv4Cidr(Ipv4Addr.BROADCAST, len) })),
      fc.nat(Vni.MAX).map((vni): FirewallHosts => ({ kind: "vni", vni: Vni.of(vni) })),
    ),
    protocol: fc.oneof(
      fc.constantFrom("any", "arp", "tcp", "udp", "icmp", "icmpv6").map((kind): FirewallProtocol => ({ kind })),
      fc
        .tuple(fc.constantFrom("icmp", "icmpv6"), icmpFilter)
        .map(([kind, filter]): FirewallProtocol => ({ kind, filter })),
    ),
    ports: fc.oneof(
      fc.constant({ kind: "any" } as const),
      fc.record({
        kind: fc.constant("portList" as const),
        ports: fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 1 }),
      }),
    ),
  }),
});

describe("a rule line", () => {
  it("is read in any case and in any order of its keys", () => {
    const line = "PRIORITY=10 port=443,80 Hosts=SUBNET=10.0.0.0/8 dir=IN protocol=tcp ACTION=allow";
    expect(FirewallRule.format(FirewallRule.parse(line))).toBe(
      "dir=in action=allow priority=10 hosts=subnet=10.0.0.0/8 protocol=tcp port=443,80",
    );
  });

  it("matches everything where it has no filter", () => {
    const rule = FirewallRule.parse("dir=out action=deny priority=0");
    expect(rule.filters).toEqual(ANY_FILTERS);
    expect(FirewallFilters.toReferenceString(rule.filters)).toBe("proto=ANY ports=ANY hosts=ANY");
  });

  it("takes the last of repeated keys, but reads them all", () => {
    expect(FirewallRule.parse("dir=in action=allow priority=1 priority=2").priority).toBe(2);
    expect(() => FirewallRule.parse("dir=in action=allow priority=x priority=2")).toThrow('priority "x" is wrong');
  });

  it.each([
    ["", "bad_token"],
    ["dir=in  action=allow priority=10", "bad_token"],
    ["dir=in action=allow priority=10 ", "bad_token"],
    ["dir=in action=allow priority=10 foo", "bad_token"],
    ["dir=in action=allow priority=10 ports=80", "invalid_key"],
    ["dir=in action=allow priority=10 =x", "invalid_key"],
    ["dir=in action=allow priority=65536", "bad_priority"],
    ["dir=in action=allow priority=010", "bad_priority"],
    ["dir=in", "missing_action"],
    ["action=deny", "missing_dir"],
    ["dir=in action=allow", "missing_priority"],
    ["dir=both action=allow priority=1", "invalid_direction"],
    ["dir=\u0131n action=allow priority=1", "invalid_direction"],
    ["dir=in action=drop priority=1", "invalid_action"],
    ["dir=in action=allow priority=10 protocol=6", "unknown_protocol"],
    ["dir=in action=allow priority=10 hosts=ip", "malformed_address"],
    ["dir=in action=allow priority=10 port=0", "port_zero"],
  ])("is refused: %j as %s", (line, kind) => {
    expect(() => FirewallRule.parse(line)).toThrow(expect.objectContaining({ kind }));
  });

  it("names the word at fault", () => {
    expect(() => FirewallRule.parse("dir=in action=allow priority=10 id=1")).toThrow('"id=1" has none of the keys');
  });

  it("is read back from what a rule prints", () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(FirewallRule.parse(FirewallRule.format(rule))).toEqual(rule);
      }),
    );
  });
});
