import { IpCidr, OpteError } from "opte-api";
import { ActionMetadata, Packet, ruleText } from "opte-core";
import { describe, expect, it } from "vitest";
import { type RouterClass, type RouterEntry, RouterTarget } from "../api/index.js";
import { MULTICAST_RULE, routerRule } from "./router-rules.js";

const UUID = "11111111-2222-3333-4444-555555555555";

const entry = (dest: string, target = "ig", routerClass: RouterClass = "system"): RouterEntry => ({
  dest: IpCidr.parse(dest),
  target: RouterTarget.parse(target),
  class: routerClass,
});

describe("the priority of a route", () => {
  it.each([
    ["10.1.2.3/32", 10, 11],
    ["10.1.2.2/31", 12, 13],
    ["10.1.2.0/24", 26, 27],
    ["172.30.0.0/22", 30, 31],
    ["10.1.0.0/16", 42, 43],
    ["0.0.0.0/0", 74, 75],
    ["fd01::1/128", 10, 11],
    ["fd00::/64", 138, 139],
    ["::/0", 266, 267],
  ])("to %s is %i for custom and %i for system", (dest, custom, system) => {
    expect(routerRule(entry(dest, "drop", "custom")).priority).toBe(custom);
    expect(routerRule(entry(dest, "drop", "system")).priority).toBe(system);
  });
});

describe("a route in the engine", () => {
  it.each([
    ["10.0.0.0/8", "drop", "inner.ip.dst=10.0.0.0/8", "Deny"],
    ["0.0.0.0/0", "ig", "inner.ip.dst=0.0.0.0/0", "Meta: Target = IG(None)"],
    ["::/0", `ig=${UUID}`, "inner.ip6.dst=::/0", `Meta: Target = IG(Some(${UUID}))`],
    ["10.1.2.3/32", "ip4=172.30.0.6", "inner.ip.dst=10.1.2.3/32", "Meta: Target = IP: 172.30.0.6"],
    ["fd00::/64", "sub6=fd00::/64", "inner.ip6.dst=fd00::/64", "Meta: Target = Subnet: fd00::/64"],
  ])("to %s with target %s asks %s and prints %s", (dest, target, predicate, action) => {
    expect(ruleText(routerRule(entry(dest, target)))).toMatchObject({ predicates: [predicate], action });
  });

  it.each([
    ["ig", "ig", "ig"],
    [`ig=${UUID}`, `ig=${UUID}`, "ig"],
    ["ip4=172.30.0.6", "ip4=172.30.0.6", "ip"],
    ["sub4=172.30.0.0/22", "sub4=172.30.0.0/22", "subnet"],
  ])("with target %s tells later layers %s, class %s", (target, mark, targetClass) => {
    const { action } = routerRule(entry("0.0.0.0/0", target));
    const metadata = new ActionMetadata();
    if (action.kind === "meta") action.generator.modify("out", new Packet(), metadata);
    expect(metadata.get("router-target")).toBe(mark);
    expect(metadata.get("router-target-class")).toBe(targetClass);
  });

  it.each([
    ["224.0.0.0/4", "drop", "multicast destinations not allowed in router entries"],
    ["ff00::/8", "ig", "multicast destinations not allowed in router entries"],
    ["10.0.0.0/8", "ip6=fd00::6", "ip6=fd00::6"],
    ["fd00::/64", "sub4=10.0.0.0/8", "sub4=10.0.0.0/8"],
  ])("to %s with target %s is invalid", (dest, target, reason) => {
    expect(() => routerRule(entry(dest, target))).toThrow(
      expect.objectContaining({
        constructor: OpteError,
        payload: { kind: "InvalidRouterEntry", dest: IpCidr.parse(dest), target: reason },
      }),
    );
  });

  it.each(["128.0.0.0/1", "0.0.0.0/0", "fe00::/7"])("to %s may hold multicast without being it", (dest) => {
    expect(routerRule(entry(dest, "drop")).predicates).toHaveLength(1);
  });
});

describe("multicast", () => {
  it("passes the router before every route", () => {
    expect(ruleText(MULTICAST_RULE)).toEqual({
      priority: 0,
      predicates: ["any(inner.ip.dst=224.0.0.0/4,inner.ip6.dst=ff00::/8)"],
      dataPredicates: [],
      action: "Allow",
    });
  });
});
