// 1:1 NAT: a private address that the outside knows by an external one (spec 02 §15.1). IPv4 and IPv6 alike.

import type { Direction, IpAddr } from "opte-api";
import { flowCrc32 } from "../flow/flow-hash.js";
import type { Packet } from "../packet/packet.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import type { FlowDescriptor, Generated, StatefulGenerator } from "./action.js";
import { tagExternalIp } from "./external-ip-tag.js";
import { rewriteOf } from "./ip-rewrite.js";
import type { ActionMetadata } from "./metadata.js";
import { isNestedNatFor, NestedNat } from "./nested-nat.js";

/** Tells whether an external address is still assigned; asked when rules were changed softly (spec 02 §8.4). */
export type IsAssigned = (externalIp: IpAddr) => boolean;

/** NAT of flows that begin inside; all addresses are of one family. */
export class OutboundNat implements StatefulGenerator {
  readonly text: string;
  readonly #privateIp: IpAddr;
  readonly #externalIps: readonly IpAddr[];
  readonly #isAssigned: IsAssigned;

  /** @param externalIps where there are several, a flow's hash chooses, so their order counts. */
  constructor(privateIp: IpAddr, externalIps: readonly IpAddr[], isAssigned: IsAssigned) {
    const external = externalIps.length === 1 ? externalIps.join() : `{${externalIps.join(",")}}`;
    this.text = `${privateIp.toString()} <=> ${external}`;
    this.#privateIp = privateIp;
    this.#externalIps = externalIps;
    this.#isAssigned = isAssigned;
  }

  describe(_dir: Direction, packet: Packet): Generated<FlowDescriptor> {
    const count = this.#externalIps.length;
    const externalIp = this.#externalIps[count > 1 ? flowCrc32(packet.flow) % count : 0];
    if (externalIp === undefined) {
      return { kind: "unexpected", message: "Outbound NAT: no external IP addresses specified" };
    }
    return { kind: "value", value: new NatDescriptor(this.#privateIp, externalIp, this.#isAssigned) };
  }
}

/**
 * NAT of flows that begin outside, so that answers leave from the address that the peer has used. That is whatever destination the
 * packet has: the rule's predicates must restrict it.
 */
export class InboundNat implements StatefulGenerator {
  readonly text: string;
  readonly #privateIp: IpAddr;
  readonly #isAssigned: IsAssigned;

  constructor(privateIp: IpAddr, isAssigned: IsAssigned) {
    this.text = `${privateIp.toString()} <=> (external)`;
    this.#privateIp = privateIp;
    this.#isAssigned = isAssigned;
  }

  describe(_dir: Direction, packet: Packet): Generated<FlowDescriptor> {
    const privateIp = this.#privateIp;
    if (packet.flow.family !== privateIp.family) {
      return { kind: "unexpected", message: `Inbound NAT: packet is not IPv${privateIp.family}` };
    }
    return { kind: "value", value: new NatDescriptor(privateIp, packet.flow.toFlowId().dst, this.#isAssigned) };
  }
}

/** A flow's translation between a private and an external address. */
export class NatDescriptor implements FlowDescriptor {
  readonly name: string = "NAT";
  readonly privateIp: IpAddr;
  readonly externalIp: IpAddr;
  readonly #isAssigned: IsAssigned;
  readonly #outbound: HeaderTransform;
  readonly #inbound: HeaderTransform;
  /** Made for the first packet that it is for. */
  #body: Generated<BodyTransform | undefined> | undefined = undefined;

  constructor(privateIp: IpAddr, externalIp: IpAddr, isAssigned: IsAssigned) {
    this.privateIp = privateIp;
    this.externalIp = externalIp;
    this.#isAssigned = isAssigned;
    this.#outbound = { name: "NAT", innerIp: { kind: "modify", fields: rewriteOf("src", externalIp) } };
    this.#inbound = { name: "NAT", innerIp: { kind: "modify", fields: rewriteOf("dst", privateIp) } };
  }

  headerTransform(dir: Direction, metadata: ActionMetadata): HeaderTransform {
    if (dir === "in") return this.#inbound;
    tagExternalIp(metadata);
    return this.#outbound;
  }

  bodyTransform(_dir: Direction, packet: Packet): Generated<BodyTransform | undefined> {
    const { privateIp, externalIp } = this;
    if (!isNestedNatFor(privateIp.family, packet)) return NO_BODY_TRANSFORM;
    this.#body ??= { kind: "value", value: new NestedNat(privateIp, externalIp) };
    return this.#body;
  }

  isValid(): boolean {
    return this.#isAssigned(this.externalIp);
  }
}

const NO_BODY_TRANSFORM: Generated<BodyTransform | undefined> = { kind: "value", value: undefined };
