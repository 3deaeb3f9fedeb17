import { IpAddr, Vni } from "opte-api";
import { ActionMetadata, Frame, Packet, parseGuest } from "opte-core";
import { describe, expect, it } from "vitest";
import { ipFrame, udp } from "../../test/frames.js";
import { G1, G2 } from "../../test/vpc-bench.js";
import { MulticastVniCheck } from "./multicast-vni.js";

/** What the check says of a packet to `dst` that came with `vni`; without one it came from outside of the rack. */
function check(dst: string, vni?: number): string {
  const packet = new Packet();
  parseGuest(packet, Frame.ofGuest(ipFrame({ dst: G1.mac, src: G2.mac }, G2.ip4, IpAddr.parse(dst), udp(1, 2))));
  const metadata = new ActionMetadata();
  if (vni !== undefined) metadata.insert("vni", String(vni));
  return new MulticastVniCheck(Vni.of(5)).modify("in", packet, metadata).kind;
}

describe("the check of multicast VNIs", () => {
  it("lets pass multicast of the fleet, of the port's own VPC, and from outside", () => {
    expect(check("224.1.2.3", 77)).toBe("done");
    expect(check("224.1.2.3", 5)).toBe("done");
    expect(check("224.1.2.3")).toBe("done");
  });

  it("refuses that of other VPCs, but minds no unicast", () => {
    expect(check("224.1.2.3", 6)).toBe("deny");
    expect(check("172.30.0.5", 6)).toBe("done");
  });
});
