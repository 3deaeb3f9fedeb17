// Answers a guest that asks by ARP for its gateway (RFC 826, spec 03 §3).

import { EtherType, type Ipv4Addr, type MacAddr } from "opte-api";
import { rd16, rd32, rd8, wr16 } from "../packet/bytes.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { ETHER_LEN, writeIpv4Addr, writeMac } from "./headers.js";

/** Whose hardware address ARP gives out. */
export interface ArpConfig {
  readonly gatewayMac: MacAddr;
  readonly gatewayIp: Ipv4Addr;
}

/**
 * What became of an ARP frame: `replied` with the answer in the reply frame; `ignored`, since it does not ask for the gateway;
 * `malformed`, since it is not ARP for IPv4 over Ethernet.
 */
export type ArpOutcome = "replied" | "ignored" | "malformed";

const ARP_LEN = 28;
const HARDWARE_ETHERNET = 1;
const HARDWARE_LEN = 6;
const PROTOCOL_LEN = 4;
const REQUEST = 1;
const REPLY = 2;

/** Offsets in the ARP body (RFC 826, "Packet format"). */
const PTYPE = 2;
const HLEN = 4;
const PLEN = 5;
const OPERATION = 6;
const SENDER_MAC = 8;
const SENDER_IP = 14;
const TARGET_MAC = 18;
const TARGET_IP = 24;

/**
 * Answers an ARP request for the gateway's address; the body of `packet` is the ARP message, and bytes behind it are ignored.
 * The answer goes to the sender named in that message, whatever it is: rules decide whose frames come here.
 */
export function arpReply(packet: Packet, config: ArpConfig, reply: Frame): ArpOutcome {
  const request = packet.frame.bytes;
  const from = packet.body;
  if (packet.frame.end - from < ARP_LEN) return "malformed";
  const operation = rd16(request, from + OPERATION);
  const isEthernetIpv4 =
    rd16(request, from) === HARDWARE_ETHERNET &&
    rd16(request, from + PTYPE) === EtherType.Ipv4 &&
    rd8(request, from + HLEN) === HARDWARE_LEN &&
    rd8(request, from + PLEN) === PROTOCOL_LEN;
  if (!isEthernetIpv4 || (operation !== REQUEST && operation !== REPLY)) return "malformed";
  if (operation !== REQUEST || rd32(request, from + TARGET_IP) !== config.gatewayIp.value) return "ignored";

  reply.reset(ETHER_LEN + ARP_LEN);
  const bytes = reply.bytes;
  const ether = reply.start;
  const arp = ether + ETHER_LEN;
  const senderMac = request.subarray(from + SENDER_MAC, from + SENDER_MAC + HARDWARE_LEN);
  bytes.set(senderMac, ether);
  writeMac(bytes, ether + 6, config.gatewayMac);
  wr16(bytes, ether + 12, EtherType.Arp);
  bytes.set(request.subarray(from, from + OPERATION), arp);
  wr16(bytes, arp + OPERATION, REPLY);
  writeMac(bytes, arp + SENDER_MAC, config.gatewayMac);
  writeIpv4Addr(bytes, arp + SENDER_IP, config.gatewayIp);
  bytes.set(senderMac, arp + TARGET_MAC);
  bytes.set(request.subarray(from + SENDER_IP, from + SENDER_IP + PROTOCOL_LEN), arp + TARGET_IP);
  return "replied";
}
