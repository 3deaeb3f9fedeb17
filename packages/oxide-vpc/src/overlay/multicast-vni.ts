// Whose multicast a port takes (spec 04 §9.6).

import type { Direction, Vni } from "opte-api";
import {
  type ActionMetadata,
  DONE,
  type Done,
  type MetaGenerator,
  type Packet,
  type Refusal,
  REFUSAL,
} from "opte-core";
import { MULTICAST_VNI } from "../api/model.js";
import { MetadataKey } from "../metadata-keys.js";

/**
 * Refuses multicast of other VPCs. As in the reference its rule stands behind that of the decapsulation, which matches every packet, so it
 * is listed but never asked.
 */
export class MulticastVniCheck implements MetaGenerator {
  readonly text: string = "mcast-vni-validator";
  readonly #vni: Vni;

  /** @param vni the port's VPC */
  constructor(vni: Vni) {
    this.#vni = vni;
  }

  modify(_dir: Direction, packet: Packet, metadata: ActionMetadata): Done | Refusal {
    const vni = metadata.get(MetadataKey.Vni);
    const isOurs = vni === undefined || vni === String(MULTICAST_VNI) || vni === String(this.#vni);
    return isOurs || !packet.flow.isToMulticast ? DONE : REFUSAL;
  }
}
