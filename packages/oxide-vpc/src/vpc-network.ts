// What a VPC port adds to its layers: how frames are parsed, and what becomes of ARP.

import { EtherType, type Direction } from "opte-api";
import {
  type ArpConfig,
  arpReply,
  type Frame,
  type HandlePacketOutcome,
  type NetworkDefinition,
  type Packet,
  parseGeneve,
  parseGuest,
} from "opte-core";
import type { VpcCfg } from "./api/model.js";
import { knownOptions } from "./overlay/geneve-options.js";

/** Parses frames of the guest as they are, and those of the underlay in their tunnel; answers ARP for the gateway. */
export class VpcNetwork implements NetworkDefinition {
  readonly #arp: ArpConfig | undefined;

  constructor({ gatewayMac, ipCfg }: VpcCfg) {
    this.#arp = ipCfg.ipv4 === undefined ? undefined : { gatewayMac, gatewayIp: ipCfg.ipv4.gatewayIp };
  }

  parse(dir: Direction, packet: Packet): boolean {
    return dir === "out" ? parseGuest(packet, packet.frame) : parseGeneve(packet, packet.frame, knownOptions);
  }

  handlePacket(dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome {
    if (this.#arp === undefined || dir === "in" || packet.etherType !== EtherType.Arp) return DENY;
    switch (arpReply(packet, this.#arp, reply)) {
      case "replied":
        return HAIRPIN;
      case "ignored":
        return DENY;
      case "malformed":
        return MALFORMED_ARP;
    }
  }
}

const DENY: HandlePacketOutcome = { kind: "deny" };
const HAIRPIN: HandlePacketOutcome = { kind: "hairpin" };
const MALFORMED_ARP: HandlePacketOutcome = { kind: "error", text: "ARP message is malformed" };
