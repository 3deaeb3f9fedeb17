// What a frame must have become, worked out from the frame that was sent, not by the engine.

import type { Direction } from "opte-api";
import { BOUNDARY_MAC, BOUNDARY_SERVICES_VNI } from "oxide-vpc/api";
import { type Inner, readFrame, readTunnel } from "../../packages/oxide-vpc/test/frames.ts";
import { ADDRESSES, BOUNDARY_IP, GUEST_MAC, GUEST_PHYS_IP, PEER_MAC, PEER_PHYS_IP, VNI } from "./addresses.ts";
import { guestPort, peerWord } from "./flow-frames.ts";
import { withLastWord } from "./flow-template.ts";
import type { Traffic } from "./traffic.ts";

/** @throws Error that names the first thing that is not as it must be */
export function checkFrame(traffic: Traffic, dir: Direction, flow: number, sent: Uint8Array, got: Uint8Array): void {
  const { world, family, protocol } = traffic;
  const { guest, inside, outside } = ADDRESSES[family];
  const firstPeer = world.nat === "none" ? inside : outside;
  const peer = withLastWord(firstPeer, peerWord(firstPeer, flow));
  if (dir === "in") {
    const inner = readFrame(got);
    expectEqual("destination", inner.dst, guest.toString());
    expectEqual("source", inner.src, peer.toString());
    expectEqual("destination MAC", inner.dstMac, GUEST_MAC.toString());
    expectEqual("port", protocol === "icmp" ? inner.srcPort : inner.dstPort, guestPort(flow));
    expectBody(traffic, readTunnel(sent).inner, inner);
    return;
  }
  const { inner, src, dst, vni, udpChecksum } = readTunnel(got);
  expectEqual("underlay source", src, GUEST_PHYS_IP.toString());
  expectEqual("underlay destination", dst, (world.nat === "none" ? PEER_PHYS_IP : BOUNDARY_IP).toString());
  expectEqual("VNI", vni, world.nat === "none" ? VNI : BOUNDARY_SERVICES_VNI);
  expectEqual("outer UDP checksum", udpChecksum, 0);
  expectEqual("destination MAC", inner.dstMac, (world.nat === "none" ? PEER_MAC : BOUNDARY_MAC).toString());
  expectEqual("destination", inner.dst, peer.toString());
  expectEqual("source", inner.src, traffic.outerGuest.toString());
  if (world.nat !== "snat") expectEqual("port", inner.srcPort, guestPort(flow));
  expectEqual("outer length", ((got[18] ?? 0) << 8) | (got[19] ?? 0), got.length - 54);
  expectBody(traffic, readFrame(sent), inner);
}

/** The message is the same behind its ports and checksum, and every checksum is right. */
function expectBody({ protocol }: Traffic, sent: Inner, got: Inner): void {
  expectEqual("checksums", got.isSound, true);
  const from = { tcp: 20, udp: 8, icmp: 8 }[protocol];
  expectEqual(
    "body",
    Buffer.from(got.message.slice(from)).toString("hex"),
    Buffer.from(sent.message.slice(from)).toString("hex"),
  );
}

function expectEqual<T extends string | number | boolean>(what: string, got: T, wanted: T): void {
  if (got !== wanted) throw new Error(`The ${what} of the frame is ${got}, not ${wanted}`);
}
