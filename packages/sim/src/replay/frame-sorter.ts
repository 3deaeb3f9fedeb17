// Tells who sent a captured frame: the guest, the recorded gateway itself, or the outside behind it.

import { Ipv6Addr, MacAddr } from "opte-api";
import { Frame, Packet, parseGuest } from "opte-core";
import { staysOnLink } from "./gateway-talk.js";
import type { ReplayConfig } from "./replay-config.js";

export type Sender = "guest" | "gateway" | "outside";

const SOURCE_MAC_AT = 6;
const SOURCE_MAC_END = 12;

/** Sorts frames by their sender, and keeps the last one parsed. */
export class FrameSorter {
  /** The last frame; its offsets and flow mean something only if {@link isParsed}. */
  readonly packet: Packet = new Packet();
  readonly #guestMac: MacAddr;
  readonly #gatewayIps: ReadonlySet<string>;
  #isParsed = false;

  constructor({ guestMac, gatewayMac, ipCfg: { ipv4, ipv6 } }: ReplayConfig) {
    this.#guestMac = guestMac;
    const ips = [ipv4?.gatewayIp, ipv6?.gatewayIp, ipv6 === undefined ? undefined : Ipv6Addr.fromEui64(gatewayMac)];
    this.#gatewayIps = new Set(ips.filter((ip) => ip !== undefined).map(String));
  }

  /** Whether the engine's parser can read the last frame. */
  get isParsed(): boolean {
    return this.#isParsed;
  }

  /**
   * Parses a frame and tells its sender. The guest is known by its MAC address. The gateway's own are what stays on the link, and
   * what comes from one of its addresses: echo replies.
   */
  senderOf(bytes: Uint8Array): Sender {
    const { packet } = this;
    this.#isParsed = parseGuest(packet, new Frame(bytes, 0, bytes.length));
    const hasSource = bytes.length >= SOURCE_MAC_END;
    if (hasSource && MacAddr.fromBytes(bytes.subarray(SOURCE_MAC_AT, SOURCE_MAC_END)).equals(this.#guestMac)) {
      return "guest";
    }
    if (!this.#isParsed) return "outside";
    const isOfGateway = staysOnLink(packet) || this.#gatewayIps.has(packet.flow.toFlowId().src.toString());
    return isOfGateway ? "gateway" : "outside";
  }
}
