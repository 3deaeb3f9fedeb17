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

/**
 * A network: how its frames are parsed, and what happens to those that its rules hand over whole. Everything else about a network
 * is layers and rules.
 *
 * - *Who calls, and when:* the port, in the thread that called it: `parse` for every frame, before anything else; `handlePacket` for
 *   a packet that met a `handlePacket` action, after the layers before that one have changed it.
 * - *Must:* depend on the frame, the direction and the network's own configuration only, so that a run can be repeated. Frames come
 *   from guests and from the wire: any bytes at any length, in buffers that hold other things before and behind the frame.
 * - *Must not:* throw, change the frame, read outside `frame.start` to `frame.end`, or keep the packet, which serves every frame.
 * - *Cost:* `parse` is paid by every packet and allocates nothing; `handlePacket` is on the slow path, every time.
 *
 * `parseGuest` and `parseGeneve` are parsers to build on. `networkSuite` of `opte-core/testing` checks an implementation.
 */
export interface NetworkDefinition {
  /**
   * Parses `packet.frame` in place: sets every offset, which lie in the frame or are -1 for what is absent, and the flow.
   *
   * @returns whether the packet may enter the port; on `false` `packet.parseError` says why, and the offsets are unspecified
   */
  parse(dir: Direction, packet: Packet): boolean;
  /**
   * Decides about a packet that met a `handlePacket` action. An answer goes into `reply`, whose old content means nothing: make room
   * by `reply.reset(length)`.
   */
  handlePacket(dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome;
}
