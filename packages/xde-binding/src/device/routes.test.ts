import { Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import { MemoryLink } from "../link/memory-link.js";
import { ROUTES_BY_BOTH_LINKS, StaticRoutes } from "./routes.js";
import { Underlay } from "./underlay.js";

const [u1] = MemoryLink.pair("u1", "far1", { mtu: 1500 });
const [u2] = MemoryLink.pair("u2", "far2");
const underlay = new Underlay(u1, u2);
const MAC = MacAddr.parse("02:00:00:00:00:99");

describe("static routes", () => {
  it("take the longest prefix, whatever their order", () => {
    const routes = new StaticRoutes([
      { dest: Ipv6Cidr.parse("::/0"), link: "u1" },
      { dest: Ipv6Cidr.parse("fd77::1/128"), link: "u2", mac: MAC, gateway: Ipv6Addr.parse("fe80::1") },
      { dest: Ipv6Cidr.parse("fd77::/16"), link: "u1", mac: MAC },
    ]);
    expect(routes.nextHop(Ipv6Addr.parse("fd77::1"), 0, underlay)).toEqual({
      kind: "found",
      link: "u2",
      mac: MAC,
      gateway: Ipv6Addr.parse("fe80::1"),
    });
    expect(routes.nextHop(Ipv6Addr.parse("fd77::2"), 0, underlay)).toEqual({ kind: "found", link: "u1", mac: MAC });
    expect(routes.nextHop(Ipv6Addr.parse("fd88::2"), 0, underlay)).toEqual({
      kind: "found",
      link: "u1",
      mac: u1.routerMac,
    });
  });

  it("say that there is none", () => {
    const routes = new StaticRoutes([{ dest: Ipv6Cidr.parse("fd77::/16"), link: "u1" }]);
    expect(routes.nextHop(Ipv6Addr.parse("fd88::1"), 3, underlay)).toEqual({
      kind: "unresolved",
      msg: "no route to fd88::1",
    });
  });
});

describe("routes by both links", () => {
  it("spread flows over the links, always the same way", () => {
    const dst = Ipv6Addr.parse("fd77::1");
    const links = [0, 1, 2, 0xffffffff].map((hash) => {
      const hop = ROUTES_BY_BOTH_LINKS.nextHop(dst, hash, underlay);
      return hop.kind === "found" ? `${hop.link} ${hop.mac.toString()}` : hop.msg;
    });
    const [first, second] = [`u1 ${u1.routerMac.toString()}`, `u2 ${u2.routerMac.toString()}`];
    expect(links).toEqual([first, second, first, second]);
  });
});

describe("an underlay", () => {
  it("carries what both of its links carry", () => {
    expect(underlay.mtu).toBe(1500);
    expect([underlay.links, new Underlay(u1, u1).links]).toEqual([[u1, u2], [u1]]);
  });
});
