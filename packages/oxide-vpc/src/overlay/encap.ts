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
import { BOUNDARY_MAC, type GuestPhysAddr, MULTICAST_VNI, RouterTarget, type TunnelEndpoint } from "../api/model.js";
import type { VpcMappings } from "../mapping/vpc-mappings.js";
import { MetadataKey } from "../metadata-keys.js";
import { MSS_OPTION, multicastOption } from "./geneve-options.js";

/** Where packets go on the underlay. */
interface Passage {
  /** What is done to the headers but that of the tunnel, the same for all packets on this way. */
  readonly headers: Required<Pick<HeaderTransform, "outerEther" | "outerIp" | "innerEther">>;
  readonly vni: Vni;
  /** Tunnel options of TCP packets, and of others. */
  readonly tcpOptions: readonly GeneveOption[];
  readonly options: readonly GeneveOption[];
  /** Whether the packets stay in the rack. */
  readonly isInternal: boolean;
}

/** How many ways are remembered: those to the guests and endpoints that flows have gone to of late. */
const REMEMBERED_PASSAGES = 1024;

const NO_OPTIONS: readonly GeneveOption[] = [];
const MSS_OPTIONS: readonly GeneveOption[] = [MSS_OPTION];
const MULTICAST_OPTIONS: readonly GeneveOption[] = [multicastOption("external")];

/** Encapsulates each packet according to its route, or refuses it. */
export class Encap implements StaticGenerator {
  readonly text: string = "Encap";
  readonly #physIp: Ipv6Addr;
  readonly #vni: Vni;
  readonly #mappings: VpcMappings;
  readonly #targets: RouterTargets = new RouterTargets();
  /** Ways by what the mappings say of them, which is another object when it changes. */
  readonly #passages: Map<GuestPhysAddr | TunnelEndpoint, Passage> = new Map();

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
    return { kind: "value", value: transformOf(packet, passage) };
  }

  #multicast(packet: Packet): Passage | Refusal {
    const { dst } = packet.flow.toFlowId();
    const group = this.#mappings.m2p.get(dst)?.address;
    if (group === undefined || packet.flow.proto === IpProtocol.Tcp) return REFUSAL;
    return {
      headers: this.#headers(group, dst.multicastMac(), group.multicastMac()),
      vni: MULTICAST_VNI,
      tcpOptions: MULTICAST_OPTIONS,
      options: MULTICAST_OPTIONS,
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
        return this.#internal(v2p.get(this.#vni, target.ip), metadata);
      case "vpcSubnet":
        return this.#internal(v2p.getDestination(this.#vni, packet.flow), metadata);
      default:
        return target;
    }
  }

  #internal(phys: GuestPhysAddr | undefined, metadata: ActionMetadata): Passage | Refusal {
    // An external source has to leave by way of boundary services: inside nobody could answer it
    if (phys === undefined || hasExternalSource(metadata)) return REFUSAL;
    return (
      this.#passages.get(phys) ??
      this.#remember(phys, {
        headers: this.#headers(phys.ip, phys.ether),
        vni: this.#vni,
        tcpOptions: MSS_OPTIONS,
        options: NO_OPTIONS,
        isInternal: true,
      })
    );
  }

  #external(packet: Packet, metadata: ActionMetadata): Passage | Refusal {
    const endpoints = this.#mappings.v2b.lookUpDestination(packet.flow) ?? [];
    // A prefix may have no endpoint at all, in which case nothing is chosen
    const endpoint = endpoints[flowCrc32(packet.flow) % endpoints.length];
    if (endpoint === undefined || !hasExternalSource(metadata)) return REFUSAL;
    return (
      this.#passages.get(endpoint) ??
      this.#remember(endpoint, {
        headers: this.#headers(endpoint.ip, BOUNDARY_MAC),
        vni: endpoint.vni,
        tcpOptions: NO_OPTIONS,
        options: NO_OPTIONS,
        isInternal: false,
      })
    );
  }

  #remember(to: GuestPhysAddr | TunnelEndpoint, passage: Passage): Passage {
    if (this.#passages.size >= REMEMBERED_PASSAGES) this.#passages.clear();
    this.#passages.set(to, passage);
    return passage;
  }

  /** @param outerMac destination MAC address of the outer frame; zero where the device is to find it */
  #headers(ip: Ipv6Addr, innerMac: MacAddr, outerMac: MacAddr = MacAddr.ZERO): Passage["headers"] {
    return {
      outerEther: { kind: "push", header: { dst: outerMac, src: MacAddr.ZERO, etherType: EtherType.Ipv6 } },
      outerIp: { kind: "push", header: { version: 6, src: this.#physIp, dst: ip, protocol: IpProtocol.Udp } },
      innerEther: { kind: "modify", fields: { dst: innerMac } },
    };
  }
}

function transformOf({ flow }: Packet, { headers, vni, tcpOptions, options }: Passage): HeaderTransform {
  const entropy = flowCrc32(flow) & 0xffff;
  const header = { entropy, vni, options: flow.proto === IpProtocol.Tcp ? tcpOptions : options };
  const { outerEther, outerIp, innerEther } = headers;
  return { name: "encap", outerEther, outerIp, outerEncap: { kind: "push", header }, innerEther };
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
