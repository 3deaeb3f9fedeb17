// Sends a guest's packet into the tunnel (spec 04 §9.3, §9.5).

import { EtherType, IpProtocol, type Ipv6Addr, MacAddr, TextError, type Direction, type Vni } from "opte-api";
import {
  type ActionMetadata,
  EXTERNAL_IP_APPLIED,
  flowCrc32,
  type Generated,
  type GeneratorError,
  type GeneveOption,
  type HeaderTransform,
  INTERNAL_TARGET,
  type Packet,
  type Refusal,
  REFUSAL,
  type StaticGenerator,
} from "opte-core";
import { BOUNDARY_MAC, type GuestPhysAddr, MULTICAST_VNI, RouterTarget } from "../api/model.js";
import type { VpcMappings } from "../mapping/vpc-mappings.js";
import { MetadataKey } from "../metadata-keys.js";
import { MSS_OPTION, multicastOption } from "./geneve-options.js";

/** Where a packet goes on the underlay. */
interface Passage {
  readonly ip: Ipv6Addr;
  readonly vni: Vni;
  /** Destination MAC address of the inner frame. */
  readonly innerMac: MacAddr;
  /** Destination MAC address of the outer frame; where the device is to find it, zero. */
  readonly outerMac: MacAddr;
  readonly options: readonly GeneveOption[];
  /** Whether the packet stays in the rack. */
  readonly isInternal: boolean;
}

/** Encapsulates each packet according to its route, or refuses it. */
export class Encap implements StaticGenerator {
  readonly text: string = "Encap";
  readonly #physIp: Ipv6Addr;
  readonly #vni: Vni;
  readonly #mappings: VpcMappings;
  readonly #targets: RouterTargets = new RouterTargets();

  /** @param physIp underlay address of the sled, @param vni the port's VPC */
  constructor(physIp: Ipv6Addr, vni: Vni, mappings: VpcMappings) {
    this.#physIp = physIp;
    this.#vni = vni;
    this.#mappings = mappings;
  }

  headerTransform(_dir: Direction, packet: Packet, metadata: ActionMetadata): Generated<HeaderTransform> {
    const passage = packet.flow.isToMulticast ? this.#multicast(packet) : this.#unicast(packet, metadata);
    if ("kind" in passage) return passage;
    metadata.insert(INTERNAL_TARGET, passage.isInternal ? "1" : "0");
    return { kind: "value", value: this.#transform(packet, passage) };
  }

  #multicast(packet: Packet): Passage | Refusal {
    const { dst } = packet.flow.toFlowId();
    const group = this.#mappings.m2p.get(dst)?.address;
    if (group === undefined || packet.flow.proto === IpProtocol.Tcp) return REFUSAL;
    return {
      ip: group,
      vni: MULTICAST_VNI,
      innerMac: dst.multicastMac(),
      outerMac: group.multicastMac(),
      options: [multicastOption("external")],
      isInternal: true,
    };
  }

  #unicast(packet: Packet, metadata: ActionMetadata): Passage | Refusal | GeneratorError {
    const { v2p } = this.#mappings;
    const target = this.#targets.of(metadata);
    switch (target.kind) {
      case "drop":
        return REFUSAL;
      case "internetGateway":
        return this.#external(packet, metadata);
      case "ip":
        return this.#internal(packet, v2p.get(this.#vni, target.ip), metadata);
      case "vpcSubnet":
        return this.#internal(packet, v2p.getDestination(this.#vni, packet.flow), metadata);
      default:
        return target;
    }
  }

  #internal(packet: Packet, phys: GuestPhysAddr | undefined, metadata: ActionMetadata): Passage | Refusal {
    // An external source has to leave by way of boundary services: inside nobody could answer it
    if (phys === undefined || hasExternalSource(metadata)) return REFUSAL;
    return {
      ip: phys.ip,
      vni: this.#vni,
      innerMac: phys.ether,
      outerMac: MacAddr.ZERO,
      options: packet.flow.proto === IpProtocol.Tcp ? [MSS_OPTION] : [],
      isInternal: true,
    };
  }

  #external(packet: Packet, metadata: ActionMetadata): Passage | Refusal {
    const endpoints = this.#mappings.v2b.lookUpDestination(packet.flow) ?? [];
    // A prefix may have no endpoint at all, in which case nothing is chosen
    const endpoint = endpoints[flowCrc32(packet.flow) % endpoints.length];
    if (endpoint === undefined || !hasExternalSource(metadata)) return REFUSAL;
    return {
      ip: endpoint.ip,
      vni: endpoint.vni,
      innerMac: BOUNDARY_MAC,
      outerMac: MacAddr.ZERO,
      options: [],
      isInternal: false,
    };
  }

  #transform(packet: Packet, { ip, vni, innerMac, outerMac, options }: Passage): HeaderTransform {
    const entropy = flowCrc32(packet.flow) & 0xffff;
    return {
      name: "encap",
      outerEther: { kind: "push", header: { dst: outerMac, src: MacAddr.ZERO, etherType: EtherType.Ipv6 } },
      outerIp: { kind: "push", header: { version: 6, src: this.#physIp, dst: ip, protocol: IpProtocol.Udp } },
      outerEncap: { kind: "push", header: { entropy, vni, options } },
      innerEther: { kind: "modify", fields: { dst: innerMac } },
    };
  }
}

function hasExternalSource(metadata: ActionMetadata): boolean {
  return metadata.get(EXTERNAL_IP_APPLIED) !== undefined;
}

/** How many texts of router targets are remembered: a port has few routes, whose texts come again with each flow. */
const REMEMBERED_TARGETS = 256;

/** Reads what the router layer has decided. */
class RouterTargets {
  readonly #read: Map<string, RouterTarget | GeneratorError> = new Map();

  of(metadata: ActionMetadata): RouterTarget | GeneratorError {
    const text = metadata.get(MetadataKey.RouterTarget);
    if (text === undefined) return { kind: "missingMetadata", key: MetadataKey.RouterTarget };
    return this.#read.get(text) ?? this.#remember(text, parseTarget(text));
  }

  #remember(text: string, target: RouterTarget | GeneratorError): RouterTarget | GeneratorError {
    if (this.#read.size >= REMEMBERED_TARGETS) this.#read.clear();
    this.#read.set(text, target);
    return target;
  }
}

function parseTarget(text: string): RouterTarget | GeneratorError {
  try {
    return RouterTarget.parse(text);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return { kind: "unexpected", message: error.message };
  }
}
