// Source NAT: flows of a private address share a public one, each by a port of its own (spec 02 §15.2). IPv4 and IPv6 alike.

import { IpProtocol, type Direction, type IpAddr } from "opte-api";
import { rd16 } from "../packet/bytes.js";
import { ICMP_ID_AT } from "../packet/packet-flow.js";
import type { Packet } from "../packet/packet.js";
import type { HeaderTransform, UlpFields } from "../transform/header-transform.js";
import { REFUSAL, type FlowDescriptor, type Generated, type GeneratorError, type StatefulGenerator } from "./action.js";
import { tagExternalIp } from "./external-ip-tag.js";
import { rewriteOf } from "./ip-rewrite.js";
import type { ActionMetadata } from "./metadata.js";
import { PortPool, type ExternalPort, type PortSpan } from "./port-pool.js";
import type { Lease, Obtained } from "./resource.js";

const ICMP_ECHO_REQUEST = 8;
const ICMPV6_ECHO_REQUEST = 128;

/** One pool for each protocol, so that a number can be in use once in each. Echo ids of the family's ICMP take the place of ports. */
export class SnatPools {
  readonly tcp: PortPool = new PortPool();
  readonly udp: PortPool = new PortPool();
  readonly icmp: PortPool = new PortPool();

  /** Maps `privateIp` to the same range of `externalIp` in every pool, replacing an earlier mapping. */
  add(privateIp: IpAddr, externalIp: IpAddr, ports: PortSpan): void {
    for (const pool of [this.tcp, this.udp, this.icmp]) pool.add(privateIp, externalIp, ports);
  }
}

/** SNAT for the flows of one private address; all addresses of its pools are of one family. */
export class Snat implements StatefulGenerator {
  readonly text: string;
  readonly privateIp: IpAddr;
  readonly pools: SnatPools;

  /** @param pools where `privateIp` should be mapped; the text shows the mapping of this moment. */
  constructor(privateIp: IpAddr, pools: SnatPools) {
    this.privateIp = privateIp;
    this.pools = pools;
    const mapping = pools.tcp.mapping(privateIp);
    this.text = mapping === undefined ? "" : spanText(mapping.externalIp, mapping.ports);
  }

  describe(_dir: Direction, packet: Packet): Generated<FlowDescriptor> {
    const proto = packet.flow.proto;
    const pool = this.#poolOf(proto);
    if (pool === undefined) {
      return { kind: "unexpected", message: `SNAT pool (unexpected ULP: ${IpProtocol.format(proto)})` };
    }
    const obtained = pool.obtain(this.privateIp);
    if (obtained.kind !== "lease") return obtainError(obtained);
    const { lease } = obtained;
    const { bytes } = packet.frame;
    if (proto === IpProtocol.Tcp || proto === IpProtocol.Udp) {
      return { kind: "value", value: new SnatDescriptor("SNAT", this.privateIp, lease, rd16(bytes, packet.ulp)) };
    }
    if (!isEchoRequest(proto, rd16(bytes, packet.ulp))) {
      lease.release();
      return REFUSAL;
    }
    return {
      kind: "value",
      value: new SnatDescriptor("SNAT_ICMP_ECHO", this.privateIp, lease, rd16(bytes, packet.ulp + ICMP_ID_AT)),
    };
  }

  #poolOf(proto: number): PortPool | undefined {
    if (proto === IpProtocol.Tcp) return this.pools.tcp;
    if (proto === IpProtocol.Udp) return this.pools.udp;
    return proto === (this.privateIp.family === 4 ? IpProtocol.Icmp : IpProtocol.Icmpv6) ? this.pools.icmp : undefined;
  }
}

/** The kinds of flow that SNAT translates, by the names of their descriptors. */
export type SnatKind = "SNAT" | "SNAT_ICMP_ECHO";

/** A flow's translation, which holds a port or an echo id. It does not survive a soft rule change. */
export class SnatDescriptor implements FlowDescriptor {
  readonly name: SnatKind;
  readonly privateIp: IpAddr;
  /** Port or echo id that the guest has chosen. */
  readonly privatePort: number;
  readonly lease: Lease<ExternalPort>;

  constructor(kind: SnatKind, privateIp: IpAddr, lease: Lease<ExternalPort>, privatePort: number) {
    this.name = kind;
    this.privateIp = privateIp;
    this.privatePort = privatePort;
    this.lease = lease;
  }

  /** Made when it is asked for, which is about once for each direction: then unified entries serve the flow. */
  headerTransform(dir: Direction, metadata: ActionMetadata): HeaderTransform {
    const { externalIp, port } = this.lease.entry;
    const isEcho = this.name === "SNAT_ICMP_ECHO";
    if (dir === "in") {
      const { privatePort } = this;
      return snat("dst", this.privateIp, isEcho ? { icmpId: privatePort } : { dstPort: privatePort });
    }
    tagExternalIp(metadata);
    return snat("src", externalIp, isEcho ? { icmpId: port } : { srcPort: port });
  }

  release(): void {
    this.lease.release();
  }

  reclaim(): void {
    this.lease.reclaim();
  }
}

function snat(end: "src" | "dst", address: IpAddr, fields: UlpFields): HeaderTransform {
  return {
    name: "SNAT",
    innerIp: { kind: "modify", fields: rewriteOf(end, address) },
    innerUlp: { kind: "modify", fields },
  };
}

function obtainError(obtained: Exclude<Obtained<unknown>, { readonly kind: "lease" }>): GeneratorError {
  if (obtained.kind === "exhausted") return { kind: "resourceExhausted", name: "SNAT Pool (exhausted)" };
  return { kind: "unexpected", message: `SNAT pool (no match: ${obtained.key})` };
}

/** @param typeAndCode first two bytes of the ICMP header; an echo request has code 0 */
function isEchoRequest(proto: number, typeAndCode: number): boolean {
  return typeAndCode === (proto === IpProtocol.Icmp ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST) << 8;
}

function spanText(externalIp: IpAddr, { first, last }: PortSpan): string {
  const address = externalIp.family === 4 ? externalIp.toString() : `[${externalIp.toString()}]`;
  return `${address}:${first}-${last}`;
}
