import { ruleText } from "opte-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FirewallRule } from "../api/index.js";
import { firewallRule, firewallRules, portRanges } from "./firewall-rules.js";

const text = (line: string): ReturnType<typeof ruleText> => ruleText(firewallRule(FirewallRule.parse(line)));

describe("a firewall rule in the engine", () => {
  it("allows statefully, or denies, every packet if it has no filter", () => {
    expect(text("dir=in action=allow priority=7")).toEqual({
      priority: 7,
      predicates: [],
      dataPredicates: [],
      action: "Stateful Allow",
    });
    expect(text("dir=in action=deny priority=7").action).toBe("Deny");
  });

  it("asks for protocol, ports and hosts in this order", () => {
    expect(text("dir=in action=allow priority=1 hosts=vni=99 port=22 protocol=tcp").predicates).toEqual([
      "inner.ip.proto=TCP",
      "inner.ulp.dst=22",
      "meta: vni=99",
    ]);
  });

  it.each([
    ["in", "ip=10.0.0.1", "inner.ip.src=10.0.0.1"],
    ["out", "ip=10.0.0.1", "inner.ip.dst=10.0.0.1"],
    ["in", "subnet=10.0.0.0/8", "inner.ip.src=10.0.0.0/8"],
    ["out", "ip=fd00::6", "inner.ip6.dst=fd00::6"],
    ["in", "subnet=fd00::/64", "inner.ip6.src=fd00::/64"],
    ["out", "vni=99", "meta: vni=99"],
  ])("compares %sbound the remote side with %s", (dir, hosts, predicate) => {
    expect(text(`dir=${dir} action=allow priority=1 hosts=${hosts}`).predicates).toEqual([predicate]);
  });

  it.each([
    ["arp", ["inner.ether.ether_type=ARP"]],
    ["udp", ["inner.ip.proto=UDP"]],
    ["icmp", ["inner.ip.proto=ICMP"]],
    ["icmp6", ["inner.ip.proto=ICMPv6"]],
    ["icmp:8", ["inner.icmp.type=echo request"]],
    ["icmp:8,0", ["inner.icmp.type=echo request", "inner.icmp.code=0"]],
    ["icmp6:128,1-3", ["inner.icmp.type=echo request", "inner.icmp.code∈(1..=3)"]],
  ])("asks of protocol %s only what is needed", (protocol, predicates) => {
    expect(text(`dir=in action=allow priority=1 protocol=${protocol}`).predicates).toEqual(predicates);
  });

  it("asks for protocols by number", () => {
    const rule = FirewallRule.parse("dir=in action=deny priority=1");
    const filters = { ...rule.filters, protocol: { kind: "other", protocol: 2 } } as const;
    expect(ruleText(firewallRule({ ...rule, filters })).predicates).toEqual(["inner.ip.proto=IGMP"]);
  });

  it("is sorted into its direction", () => {
    const lines = ["dir=in action=allow priority=1", "dir=out action=deny priority=2", "dir=in action=deny priority=3"];
    const { in: inbound, out } = firewallRules(lines.map((line) => FirewallRule.parse(line)));
    expect(inbound.map(({ priority }) => priority)).toEqual([1, 3]);
    expect(out.map(({ priority }) => priority)).toEqual([2]);
  });
});

describe("a list of ports as ranges (port_predicate_simplification)", () => {
  it.each([
    [
      [80, 443],
      [80, 443],
    ],
    [
      [443, 80, 80],
      [80, 443],
    ],
    [[3, 1, 2], [{ first: 1, last: 3 }]],
    [
      [1, 2, 4, 6, 5],
      [
        { first: 1, last: 2 },
        { first: 4, last: 6 },
      ],
    ],
    [[], []],
  ])("%j is %j", (ports, ranges) => {
    expect(portRanges(ports)).toEqual(ranges);
  });

  it("is one range for all unprivileged ports, in whatever order", () => {
    const ports = Array.from({ length: 65_535 - 1024 + 1 }, (_, i) => 65_535 - i);
    expect(portRanges(ports)).toEqual([{ first: 1024, last: 65_535 }]);
  });

  it("holds exactly the ports of the list, in gaps apart", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (ports) => {
        const ranges = portRanges(ports).map((range) =>
          typeof range === "number" ? { first: range, last: range } : range,
        );
        for (let port = 0; port <= 41; port++) {
          expect(ranges.filter(({ first, last }) => port >= first && port <= last)).toHaveLength(
            ports.includes(port) ? 1 : 0,
          );
        }
        ranges.slice(1).forEach(({ first }, i) => expect(first).toBeGreaterThan((ranges[i]?.last ?? 0) + 1));
      }),
    );
  });
});
