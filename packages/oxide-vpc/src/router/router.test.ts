import { IpCidr } from "opte-api";
import { describe, expect, it } from "vitest";
import { udp } from "../../test/frames.js";
import { Bench, G2 } from "../../test/vpc-bench.js";
import { type RouterClass, type RouterEntry, RouterTarget } from "../api/index.js";

const entry = (dest: string, target: string, routerClass: RouterClass): RouterEntry => ({
  dest: IpCidr.parse(dest),
  target: RouterTarget.parse(target),
  class: routerClass,
});

describe("the routes of a port", () => {
  it("are needed: without one nothing goes out, though the firewall remembers (guest_to_guest_no_route)", () => {
    const bench = new Bench().knows(G2);
    bench.vpc.delRouterEntry(entry("172.30.0.0/22", "drop", "system"));
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("drop router default");
    expect(bench.flowCount("firewall")).toBe(1);
  });

  it("count by length, then custom before system, and at once (intra_subnet_routes_with_custom)", () => {
    const bench = new Bench().knows(G2);
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("modified");
    const custom = entry("172.30.0.0/22", "drop", "custom");
    bench.vpc.addRouterEntry(custom);
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("drop router rule");
    expect(bench.vpc.delRouterEntry(custom)).toEqual({ kind: "ok" });
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("modified");
    bench.route("172.30.0.6/32", "drop");
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("drop router rule");
  });

  it("may lead to a guest that owns more addresses than its own (port_as_router_target)", () => {
    const bench = new Bench().knows(G2);
    const other = new Bench({ guest: G2 });
    other.rules("dir=in action=allow priority=1", "dir=out action=allow priority=1");
    bench.route("10.44.0.0/16", "ip4=172.30.0.6", "custom");
    const { dst, inner } = bench.sent("10.44.1.2", udp(1, 2));
    expect(dst).toBe(G2.physIp.toString());
    expect(inner).toMatchObject({ dst: "10.44.1.2", dstMac: G2.mac.toString() });

    const there = () => other.receive("172.30.0.5", "10.44.1.2", udp(1, 2)).text;
    expect(there()).toBe("drop gateway default");
    other.vpc.allowCidr(IpCidr.parse("10.44.0.0/16"), "in");
    expect(there()).toBe("modified");
    other.vpc.removeCidr(IpCidr.parse("10.44.0.0/16"), "in");
    expect(there()).toBe("drop gateway default");
  });

  it("are removed by destination alone, in order of priority", () => {
    const bench = new Bench();
    bench.vpc.addRouterEntry(entry("10.0.0.0/8", "ig", "custom"));
    bench.vpc.addRouterEntry(entry("10.0.0.0/8", "drop", "system"));
    expect(bench.vpc.delRouterEntry(entry("10.0.0.0/8", "drop", "system"))).toEqual({ kind: "ok" });
    const { rulesOut } = bench.vpc.port.dumpLayer("router");
    expect(rulesOut.map(({ rule }) => rule.priority)).toContain(59);
    expect(rulesOut.map(({ rule }) => rule.priority)).not.toContain(58);
  });

  it("that are unknown or invalid change nothing", () => {
    const { vpc } = new Bench();
    const { epoch } = vpc.port;
    expect(vpc.delRouterEntry(entry("10.9.0.0/16", "drop", "custom"))).toEqual({ kind: "notFound" });
    expect(() => vpc.delRouterEntry(entry("10.9.0.0/16", "ip6=fd00::1", "custom"))).toThrow(
      expect.objectContaining({ kind: "InvalidRouterEntry" }),
    );
    expect(() => vpc.addRouterEntry(entry("224.0.0.0/4", "drop", "custom"))).toThrow(
      expect.objectContaining({ kind: "InvalidRouterEntry" }),
    );
    expect(vpc.port.epoch).toBe(epoch);
  });
});
