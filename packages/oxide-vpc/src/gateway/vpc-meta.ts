// Which VPC a guest's packet is for, as far as the mappings tell (spec 04 §9.1).

import type { Direction } from "opte-api";
import { type ActionMetadata, DONE, type Done, type MetaGenerator, type Packet } from "opte-core";
import type { Virt2Phys } from "../mapping/v2p.js";
import { MetadataKey } from "../metadata-keys.js";

/** Tells the firewall the VNI of a packet's destination. Where several VPCs have the address, that is the lowest; the reference does so. */
export class VpcMeta implements MetaGenerator {
  readonly text: string = "vpc-meta";
  readonly #v2p: Virt2Phys;

  constructor(v2p: Virt2Phys) {
    this.#v2p = v2p;
  }

  modify(_dir: Direction, packet: Packet, metadata: ActionMetadata): Done {
    const vni = this.#v2p.lowestVniOfDestination(packet.flow);
    if (vni !== undefined) metadata.insert(MetadataKey.Vni, String(vni));
    return DONE;
  }
}
