import { Frame, Packet, parseGuest } from "opte-core";
import { describe, expect, it } from "vitest";
import { arp, ethernet, FROM_GUEST, icmp, ip, ipFrame, tcp, udp } from "../../test/frames.js";
import { endText, packetText } from "./packet-text.js";

const V4 = ["172.30.0.5", "8.8.8.8"] as const;
const V6 = ["fd00::5", "2001:db8::9"] as const;

function text(frame: Uint8Array): string {
  const packet = new Packet();
  const isParsed = parseGuest(packet, new Frame(frame, 0, frame.length));
  return packetText(frame, isParsed && !packet.flow.isDefault ? packet.flow.toFlowId() : undefined);
}

describe("the text of a packet", () => {
  it.each([
    ["TCP 172.30.0.5:5000 > 8.8.8.8:80 SYN", ipFrame(FROM_GUEST, V4, 6, tcp(5000, 80, 2))],
    ["TCP [fd00::5]:5000 > [2001:db8::9]:80 FIN ACK", ipFrame(FROM_GUEST, V6, 6, tcp(5000, 80, 0x11))],
    ["UDP 172.30.0.5:5000 > 8.8.8.8:53", ipFrame(FROM_GUEST, V4, 17, udp(5000, 53))],
    ["UDP [fd00::5]:546 > [2001:db8::9]:547 DHCPv6 Solicit", ipFrame(FROM_GUEST, V6, 17, udp(546, 547, [1, 0, 0, 1]))],
    ["ICMP 172.30.0.5 > 8.8.8.8 echo request id 7 seq 1", ipFrame(FROM_GUEST, V4, 1, icmp(8, 0, 7, 1))],
    ["ICMPv6 fd00::5 > 2001:db8::9 multicast listener report", ipFrame(FROM_GUEST, V6, 58, icmp(143, 0, 0, 0))],
    ["ARP who has 172.30.0.1, tell 172.30.0.5", arp(FROM_GUEST, 1, "172.30.0.5", "172.30.0.1")],
    ["Ethernet A8:40:25:FA:FA:37 > A8:40:25:FF:77:77 type 0x88cc", ethernet(FROM_GUEST, 0x88cc, [1, 2, 3])],
  ])("is %s", (expected, frame) => {
    expect(text(frame)).toBe(expected);
  });

  it("sets brackets around an IPv6 address with a port", () => {
    expect(endText(ip("10.0.0.1"), 80)).toBe("10.0.0.1:80");
    expect(endText(ip("2001:db8::1"), 80)).toBe("[2001:db8::1]:80");
  });
});
