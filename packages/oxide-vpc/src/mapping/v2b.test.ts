import { IpAddr, IpCidr, Ipv6Addr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import type { TunnelEndpoint } from "../api/index.js";
import { Virt2Boundary } from "./v2b.js";

const tep = (host: number, vni = 99): TunnelEndpoint => ({
  ip: Ipv6Addr.fromWords(0xfd000099, 0, 0, host),
  vni: Vni.of(vni),
});
const cidr = (text: string): IpCidr => IpCidr.parse(text);

/** `host/vni` of each endpoint for a destination. */
function found(v2b: Virt2Boundary, dst: string): string[] | undefined {
  return v2b.lookUp(IpAddr.parse(dst))?.map(({ ip, vni }) => `${ip.words[3]}/${vni}`);
}

describe("the map from prefixes to boundary services", () => {
  it("finds the endpoints of the longest prefix, in order of address", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("0.0.0.0/0"), [tep(1)]);
    v2b.add(cidr("8.8.8.0/24"), [tep(3), tep(2)]);
    expect(found(v2b, "8.8.8.8")).toEqual(["2/99", "3/99"]);
    expect(found(v2b, "8.8.9.8")).toEqual(["1/99"]);
    expect(found(v2b, "fd00::1")).toBeUndefined();
  });

  it("keeps families apart", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("::/0"), [tep(6)]);
    expect(found(v2b, "0.0.0.0")).toBeUndefined();
    expect(found(v2b, "2001:db8::1")).toEqual(["6/99"]);
  });

  it("adds to a prefix, but leaves the VNI of an endpoint that it has", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("0.0.0.0/0"), [tep(2, 5)]);
    v2b.add(cidr("0.0.0.0/0"), [tep(2, 6), tep(1)]);
    expect(found(v2b, "1.1.1.1")).toEqual(["1/99", "2/5"]);
  });

  it("takes the last of equal endpoints into a new prefix", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("0.0.0.0/0"), [tep(1, 5), tep(1, 6)]);
    expect(found(v2b, "1.1.1.1")).toEqual(["1/6"]);
  });

  it("knows a prefix without endpoints", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("0.0.0.0/0"), []);
    expect(found(v2b, "1.1.1.1")).toEqual([]);
  });

  it("removes endpoints by address, and a prefix with its last one", () => {
    const v2b = new Virt2Boundary();
    v2b.add(cidr("0.0.0.0/0"), [tep(9)]);
    v2b.add(cidr("10.0.0.0/8"), [tep(1), tep(2)]);
    v2b.remove(cidr("10.0.0.0/8"), [tep(1, 5), tep(7)]);
    expect(found(v2b, "10.1.1.1")).toEqual(["2/99"]);
    v2b.remove(cidr("10.0.0.0/8"), [tep(2)]);
    expect(found(v2b, "10.1.1.1")).toEqual(["9/99"]);
    v2b.remove(cidr("10.0.0.0/8"), [tep(2)]);
    expect(v2b.dump().mappings.ip4.map(([prefix]) => String(prefix))).toEqual(["0.0.0.0/0"]);
  });

  it("dumps prefixes by network, then by length", () => {
    const v2b = new Virt2Boundary();
    for (const prefix of ["10.0.0.0/16", "9.0.0.0/8", "10.0.0.0/8", "fd00::/8"]) v2b.add(cidr(prefix), [tep(1)]);
    const { ip4, ip6 } = v2b.dump().mappings;
    expect(ip4.map(([prefix]) => String(prefix))).toEqual(["9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16"]);
    expect(ip6.map(([prefix]) => String(prefix))).toEqual(["fd00::/8"]);
  });
});
