// Takes a packet out of the tunnel (spec 04 §9.6).

import type { Direction } from "opte-api";
import type { ActionMetadata, Generated, HeaderTransform, Packet, StaticGenerator } from "opte-core";
import { MetadataKey } from "../metadata-keys.js";
import { isExternal } from "./geneve-options.js";

const DECAP: Generated<HeaderTransform> = {
  kind: "value",
  value: { name: "decap", outerEther: { kind: "pop" }, outerIp: { kind: "pop" }, outerEncap: { kind: "pop" } },
};

/** Removes the encapsulation, and tells the firewall from which VPC a packet comes unless it is from outside of the rack. */
export class Decap implements StaticGenerator {
  readonly text: string = "Decap";

  headerTransform(_dir: Direction, packet: Packet, metadata: ActionMetadata): Generated<HeaderTransform> {
    if (packet.geneve < 0) return { kind: "unexpected", message: "Decapsulation: packet has no encapsulation" };
    if (!isExternal(packet)) metadata.insert(MetadataKey.Vni, String(packet.vni));
    return DECAP;
  }
}
