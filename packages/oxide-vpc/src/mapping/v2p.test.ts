import { IpAddr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PhysNet } from "../api/index.js";
import { Virt2Phys } from "./v2p.js";

const ip = (text: string): IpAddr => IpAddr.parse(text);
const phys = (vni: number, host = 1): PhysNet => ({
  vni: Vni.of(vni),
  ether: MacAddr.fromWords(0xa840, 0x25000000 + host),
  ip: Ipv6Addr.fromWords(0xfd000000, 0, 0, host),
});

describe("the map from VPC addresses to the underlay", () => {
  it("finds an address in its own VPC only", () => {
    const v2p = new Virt2Phys();
    v2p.set(ip("10.0.0.1"), phys(7, 3));
    expect(v2p.get(Vni.of(7), ip("10.0.0.1"))?.ip.toString()).toBe("fd00::3");
    expect(v2p.get(Vni.of(8), ip("10.0.0.1"))).toBeUndefined();
    expect(v2p.get(Vni.of(7), ip("10.0.0.2"))).toBeUndefined();
  });

  it("moves an address that is set again", () => {
    const v2p = new Virt2Phys();
    v2p.set(ip("fd00::1"), phys(7, 3));
    v2p.set(ip("fd00::1"), phys(7, 4));
    expect(v2p.get(Vni.of(7), ip("fd00::1"))?.ip.toString()).toBe("fd00::4");
  });

  it("names the lowest VNI of an address that several VPCs have", () => {
    const v2p = new Virt2Phys();
    for (const vni of [9, 7, 8]) v2p.set(ip("10.0.0.1"), phys(vni));
    expect(v2p.lowestVni(ip("10.0.0.1"))).toBe(7);
    v2p.remove(Vni.of(7), ip("10.0.0.1"));
    expect(v2p.lowestVni(ip("10.0.0.1"))).toBe(8);
    expect(v2p.lowestVni(ip("10.0.0.2"))).toBeUndefined();
  });

  it("tells on removal where an address was, and forgives one that it does not know", () => {
    const v2p = new Virt2Phys();
    v2p.set(ip("10.0.0.1"), phys(7, 3));
    expect(v2p.remove(Vni.of(7), ip("10.0.0.1"))?.ip.toString()).toBe("fd00::3");
    expect(v2p.remove(Vni.of(7), ip("10.0.0.1"))).toBeUndefined();
    expect(v2p.remove(Vni.of(9), ip("10.0.0.1"))).toBeUndefined();
  });

  it("dumps VPCs, empty ones too, and their addresses in order", () => {
    const v2p = new Virt2Phys();
    v2p.set(ip("10.0.0.10"), phys(8));
    v2p.set(ip("10.0.0.9"), phys(8));
    v2p.set(ip("fd00::1"), phys(8));
    v2p.set(ip("10.0.0.1"), phys(7));
    v2p.remove(Vni.of(7), ip("10.0.0.1"));
    const { mappings } = v2p.dump();
    expect(
      mappings.map(({ vni, ip4, ip6 }) => [vni, ip4.map(([at]) => String(at)), ip6.map(([at]) => String(at))]),
    ).toEqual([
      [7, [], []],
      [8, ["10.0.0.9", "10.0.0.10"], ["fd00::1"]],
    ]);
  });

  it("agrees with a plain list after any changes", () => {
    const addresses = ["10.0.0.1", "10.0.0.2", "fd00::1", "::1", "::ffff:10.0.0.1"].map(ip);
    const change = fc.record({ vni: fc.nat(3), at: fc.nat(addresses.length - 1), host: fc.nat(9), adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const v2p = new Virt2Phys();
        const model = new Map<string, number>();
        for (const { vni, at, host, adds } of changes) {
          const vip = addresses[at] ?? ip("::");
          if (adds) {
            v2p.set(vip, phys(vni, host));
            model.set(`${at}@${vni}`, host);
          } else {
            v2p.remove(Vni.of(vni), vip);
            model.delete(`${at}@${vni}`);
          }
        }
        addresses.forEach((vip, at) => {
          const vnis = [0, 1, 2, 3].filter((vni) => model.has(`${at}@${vni}`));
          expect(v2p.lowestVni(vip)).toBe(vnis[0]);
          for (const vni of [0, 1, 2, 3]) {
            const host = model.get(`${at}@${vni}`);
            expect(v2p.get(Vni.of(vni), vip)).toEqual(host === undefined ? undefined : { ...omitVni(phys(vni, host)) });
          }
        });
      }),
    );
  });
});

function omitVni({ ether, ip: at }: PhysNet): Omit<PhysNet, "vni"> {
  return { ether, ip: at };
}
