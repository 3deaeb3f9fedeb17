// What a network plugs into the engine besides its layers (spec 02 §14).

import type { Direction } from "opte-api";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";

/** What a network definition decides about a packet that a rule handed to it. */
export type HandlePacketOutcome =
  | { readonly kind: "allow" }
  | { readonly kind: "deny" }
  /** The answer stands in the reply frame. */
  | { readonly kind: "hairpin" }
  /** Counted as a processing error. */
  | { readonly kind: "error"; readonly text: string };

/** A network: how its frames are parsed, and what happens to those that its rules hand over whole. */
export interface NetworkDefinition {
  /**
   * Parses `packet.frame`, in place, without allocating: fills the packet's offsets and flow.
   *
   * @returns whether the packet may enter the port; on `false` `packet.parseError` says why.
   */
  parse(dir: Direction, packet: Packet): boolean;
  /** Decides about a packet that met a `handlePacket` action. May write an answer into `reply`. */
  handlePacket(dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome;
}
