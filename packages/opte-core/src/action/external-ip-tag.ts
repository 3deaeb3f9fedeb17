// The mark of packets that leave with an external address: set by NAT, asked for by the encapsulation (spec 02 §7).

import type { Direction } from "opte-api";
import type { Packet } from "../packet/packet.js";
import { DONE, type Done, type MetaGenerator } from "./action.js";
import type { ActionMetadata } from "./metadata.js";

/** Metadata key, with itself as value: the packet's source is an external address. */
export const EXTERNAL_IP_APPLIED = "external-ip-applied";

/** Marks a packet. */
export function tagExternalIp(metadata: ActionMetadata): void {
  metadata.insert(EXTERNAL_IP_APPLIED, EXTERNAL_IP_APPLIED);
}

/** Marks packets whose source is external already, and changes nothing. */
export class ExternalIpTagger implements MetaGenerator {
  readonly text: string = "ExternalIpTagger";

  modify(_dir: Direction, _packet: Packet, metadata: ActionMetadata): Done {
    tagExternalIp(metadata);
    return DONE;
  }
}
