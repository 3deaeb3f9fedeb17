import { IpAddr, MulticastUnderlay } from "opte-api";
import { describe, expect, it } from "vitest";
import { Mcast2Phys } from "./m2p.js";

describe("the map from multicast groups to the underlay", () => {
  it("finds, replaces and forgets a group", () => {
    const m2p = new Mcast2Phys();
    const group = IpAddr.parse("224.1.2.3");
    m2p.set(group, MulticastUnderlay.parse("ff04::1"));
    m2p.set(group, MulticastUnderlay.parse("ff04::2"));
    expect(m2p.get(group)?.toString()).toBe("ff04::2");
    m2p.remove(group);
    expect(m2p.get(group)).toBeUndefined();
  });

  it("dumps groups in order", () => {
    const m2p = new Mcast2Phys();
    for (const group of ["ff0e::1", "239.255.255.250", "224.0.0.251"]) {
      m2p.set(IpAddr.parse(group), MulticastUnderlay.parse("ff04::1"));
    }
    expect(m2p.dump().ip4.map(([group]) => String(group))).toEqual(["224.0.0.251", "239.255.255.250"]);
    expect(m2p.dump().ip6.map(([group]) => String(group))).toEqual(["ff0e::1"]);
  });
});
