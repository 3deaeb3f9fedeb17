// What a parser found in a frame, as text to compare and as claims to check.

import { FlowKey, NO_PROTOCOL } from "../flow/flow-id.js";
import { updateFlow } from "../packet/packet-flow.js";
import type { Packet } from "../packet/packet.js";
import { check } from "./test-case.js";

const ETHER_LEN = 14;
const IPV4_LEN = 20;
const IPV6_LEN = 40;
const UDP_LEN = 8;
const GENEVE_LEN = 8;
const TCP_LEN = 20;
const TCP = 6;
const VNI_LIMIT = 2 ** 24;

/** Everything that a parser has set, offsets counted from the start of the frame: the same for the same frame in any buffer. */
export function parsedText(packet: Packet): string {
  const { start } = packet.frame;
  const at = (offset: number): number => (offset < 0 ? -1 : offset - start);
  return JSON.stringify({
    outerEther: at(packet.outerEther),
    outerIp: at(packet.outerIp),
    outerIpLen: packet.outerIpLen,
    outerUdp: at(packet.outerUdp),
    geneve: at(packet.geneve),
    geneveLen: packet.geneveLen,
    vni: packet.vni,
    ether: at(packet.ether),
    etherType: packet.etherType,
    ip: at(packet.ip),
    ipVersion: packet.ipVersion,
    ipLen: packet.ipLen,
    proto: packet.proto,
    protoAt: at(packet.protoAt),
    ulp: at(packet.ulp),
    ulpLen: packet.ulpLen,
    body: at(packet.body),
    flow: packet.flow.toString(),
  });
}

/**
 * Checks that whatever the engine reads by a packet's offsets lies in the frame, and that the flow is that of the headers.
 *
 * @throws Error that says which claim does not hold
 */
export function expectSound(packet: Packet): void {
  expectTunnel(packet);
  const { frame, ether, ip, ipVersion, ipLen, protoAt, ulp, ulpLen, body } = packet;
  expectWithin("The Ethernet header", ether, ETHER_LEN, frame.start, frame.end);
  let headersEnd = ether + ETHER_LEN;
  if (ipVersion === 0) {
    check(ip === -1, `Expected no IP header without an IP version, got one at ${ip}`);
    check(packet.proto === NO_PROTOCOL, `Expected protocol ${NO_PROTOCOL} without an IP header, got ${packet.proto}`);
    check(ulp === -1, `Expected no upper layer without an IP header, got one at ${ulp}`);
  } else {
    const ipMin = ipVersion === 4 ? IPV4_LEN : IPV6_LEN;
    check(ipLen >= ipMin, `Expected an IPv${ipVersion} header of ${ipMin} bytes or more, got ${ipLen}`);
    expectWithin("The IP header", ip, ipLen, headersEnd, frame.end);
    expectWithin("The protocol", protoAt, 1, ip, ip + ipLen);
    const ulpMin = packet.proto === TCP ? TCP_LEN : UDP_LEN;
    check(ulpLen >= ulpMin, `Expected an upper-layer header of ${ulpMin} bytes or more, got ${ulpLen}`);
    expectWithin("The upper-layer header", ulp, ulpLen, ip + ipLen, frame.end);
    headersEnd = ulp + ulpLen;
  }
  check(
    body >= headersEnd && body <= frame.end,
    `Expected the body between ${headersEnd} and ${frame.end}, got it at ${body}`,
  );
  expectFlow(packet);
}

function expectTunnel({
  frame,
  outerEther,
  outerIp,
  outerIpLen,
  outerUdp,
  geneve,
  geneveLen,
  vni,
  ether,
}: Packet): void {
  const offsets = [outerEther, outerIp, outerUdp, geneve];
  if (offsets.every((offset) => offset === -1)) return;
  expectWithin("The outer Ethernet header", outerEther, ETHER_LEN, frame.start, frame.end);
  check(outerIpLen >= IPV6_LEN, `Expected an outer IPv6 header of ${IPV6_LEN} bytes or more, got ${outerIpLen}`);
  expectWithin("The outer IP header", outerIp, outerIpLen, outerEther + ETHER_LEN, frame.end);
  expectWithin("The outer UDP header", outerUdp, UDP_LEN, outerIp + outerIpLen, frame.end);
  check(geneveLen >= GENEVE_LEN, `Expected a Geneve header of ${GENEVE_LEN} bytes or more, got ${geneveLen}`);
  expectWithin("The Geneve header", geneve, geneveLen, outerUdp + UDP_LEN, frame.end);
  check(ether >= geneve + geneveLen, `Expected the inner frame behind the Geneve header, got it at ${ether}`);
  check(vni >= 0 && vni < VNI_LIMIT, `Expected a VNI below 2^24, got ${vni}`);
}

function expectWithin(what: string, at: number, length: number, from: number, to: number): void {
  check(
    at >= from && at + length <= to,
    `${what} is said to take bytes ${at}..${at + length}, outside of ${from}..${to}`,
  );
}

/** Leaves the packet as it is. */
function expectFlow(packet: Packet): void {
  const parsed = new FlowKey();
  parsed.copyFrom(packet.flow);
  updateFlow(packet);
  const read = packet.flow.toString();
  const isSame = packet.flow.equals(parsed);
  packet.flow.copyFrom(parsed);
  check(isSame, `Expected the flow of the headers, ${read}, got ${parsed.toString()}`);
}
