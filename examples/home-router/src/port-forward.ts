// Lets the outside reach one port of a guest: destination NAT with a port of its own.

import { type Direction, IpProtocol, type Ipv4Addr } from "opte-api";
import type { FlowDescriptor, Generated, HeaderTransform, Predicate, StatefulGenerator } from "opte-core";
import type { Forward } from "./router-config.ts";

/** Forwards flows that begin outside. Their answers find the same descriptor and get the outside address and port back. */
export class PortForward implements StatefulGenerator {
  readonly text: string;
  /** Every rule with this action asks at least this. */
  readonly implicitPredicates: readonly Predicate[];
  readonly #descriptor: Generated<FlowDescriptor>;

  constructor(outsideIp: Ipv4Addr, { protocol, outsidePort, guestIp, guestPort }: Forward) {
    const name = `${IpProtocol.format(protocol)} ${outsidePort} => ${guestIp.toString()}:${guestPort}`;
    this.text = name;
    this.implicitPredicates = [
      { kind: "ipv4Dst", values: [outsideIp] },
      { kind: "ipProtocol", values: [protocol] },
      { kind: "dstPort", values: [outsidePort] },
    ];
    const inbound: HeaderTransform = {
      name: "forward",
      innerIp: { kind: "modify", fields: { version: 4, dst: guestIp } },
      innerUlp: { kind: "modify", fields: { dstPort: guestPort } },
    };
    const outbound: HeaderTransform = {
      name: "forward",
      innerIp: { kind: "modify", fields: { version: 4, src: outsideIp } },
      innerUlp: { kind: "modify", fields: { srcPort: outsidePort } },
    };
    const headerTransform = (dir: Direction): HeaderTransform => (dir === "in" ? inbound : outbound);
    // All flows of a forward do the same, so they share one descriptor, which holds nothing that would have to be released.
    this.#descriptor = { kind: "value", value: { name, headerTransform } };
  }

  describe(): Generated<FlowDescriptor> {
    return this.#descriptor;
  }
}
