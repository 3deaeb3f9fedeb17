import { describe, expect, it } from "vitest";
import { arp, ethernet, FROM_GUEST, icmp, ipFrame, tcp, TO_GUEST, udp } from "../../test/frames.js";
import { replayConfig } from "../../test/replay-inputs.js";
import { FrameSorter } from "./frame-sorter.js";

const sorter = new FrameSorter(replayConfig());

const GATEWAY_LL = "fe80::aa40:25ff:feff:7777";
const GUEST_LL = "fe80::aa40:25ff:fefa:fa37";
const IPV4_GATEWAY = ["172.30.0.1", "172.30.0.5"] as const;
const IPV4_OUTSIDE = ["8.8.8.8", "172.30.0.5"] as const;
const IPV6_OUTSIDE = ["2001:db8::9", "fd00::5"] as const;
const LINK_LOCAL = [GATEWAY_LL, GUEST_LL] as const;

describe("the sender of a frame", () => {
  it.each([
    ["any frame with its MAC address", ipFrame(FROM_GUEST, ["172.30.0.5", "8.8.8.8"], 6, tcp(5000, 80))],
    ["one with a foreign IP address", ipFrame(FROM_GUEST, ["172.30.0.1", "8.8.8.8"], 6, tcp(5000, 80))],
    ["one that cannot be parsed", ethernet(FROM_GUEST, 0x88cc, [1, 2, 3])],
  ])("is the guest for %s", (_, frame) => {
    expect(sorter.senderOf(frame)).toBe("guest");
  });

  it.each([
    ["ARP", arp(TO_GUEST, 2, "172.30.0.1", "172.30.0.5")],
    ["a DHCP server's message", ipFrame(TO_GUEST, IPV4_GATEWAY, 17, udp(67, 68))],
    ["a DHCP relay's, from another address", ipFrame(TO_GUEST, IPV4_OUTSIDE, 17, udp(67, 68))],
    ["a DHCPv6 server's message", ipFrame(TO_GUEST, LINK_LOCAL, 17, udp(547, 546))],
    ["a router advertisement", ipFrame(TO_GUEST, LINK_LOCAL, 58, icmp(134, 0, 0, 0))],
    ["a neighbor advertisement", ipFrame(TO_GUEST, LINK_LOCAL, 58, icmp(136, 0, 0, 0))],
    ["a solicitation", ipFrame(TO_GUEST, LINK_LOCAL, 58, icmp(135, 0, 0, 0))],
    ["a multicast listener query", ipFrame(TO_GUEST, LINK_LOCAL, 58, icmp(130, 0, 0, 0))],
    ["a multicast listener report", ipFrame(TO_GUEST, LINK_LOCAL, 58, icmp(143, 0, 0, 0))],
    ["an echo reply of its own address", ipFrame(TO_GUEST, IPV4_GATEWAY, 1, icmp(0, 0, 7, 1))],
    ["an echo reply of its link-local address", ipFrame(TO_GUEST, [GATEWAY_LL, "fd00::5"], 58, icmp(129, 0, 7, 1))],
    ["an echo reply of its IPv6 address", ipFrame(TO_GUEST, ["fd00::1", "fd00::5"], 58, icmp(129, 0, 7, 1))],
  ])("is the gateway for %s", (_, frame) => {
    expect(sorter.senderOf(frame)).toBe("gateway");
  });

  it.each([
    ["an echo reply of another host", ipFrame(TO_GUEST, IPV4_OUTSIDE, 1, icmp(0, 0, 7, 1))],
    ["an echo reply of another host over IPv6", ipFrame(TO_GUEST, IPV6_OUTSIDE, 58, icmp(129, 0, 7, 1))],
    ["a DNS answer", ipFrame(TO_GUEST, IPV4_OUTSIDE, 17, udp(53, 5000))],
    ["a TCP segment", ipFrame(TO_GUEST, IPV6_OUTSIDE, 6, tcp(80, 5000))],
    ["a packet that is too big", ipFrame(TO_GUEST, IPV6_OUTSIDE, 58, icmp(2, 0, 0, 0))],
    ["what cannot be parsed", ethernet(TO_GUEST, 0x88cc, [1, 2, 3])],
    ["what is too short to have a sender", Uint8Array.of(1, 2, 3)],
    ["nothing at all", new Uint8Array()],
  ])("is the outside for %s", (_, frame) => {
    expect(sorter.senderOf(frame)).toBe("outside");
  });

  it("is told beside the frame as parsed", () => {
    sorter.senderOf(ipFrame(TO_GUEST, IPV4_OUTSIDE, 17, udp(53, 5000)));
    expect(sorter.isParsed).toBe(true);
    expect(sorter.packet.flow.toString()).toBe("UDP:8.8.8.8:53:172.30.0.5:5000");
    sorter.senderOf(Uint8Array.of(1, 2, 3));
    expect(sorter.isParsed).toBe(false);
  });
});
