// What a daemon is started with.

import type { PortConfig } from "oxide-vpc/api";
import type { UdpEndpoint, UdpPeer } from "../../link/udp/udp-endpoint.js";
import type { SocketAddress } from "./socket-address.js";

/** The link to the underlay, over UDP. */
export interface UnderlayConfig {
  /** Where it receives. */
  readonly bind: UdpEndpoint;
  readonly peers: readonly UdpPeer[];
}

/** What a daemon is started with. */
export interface XdedConfig {
  /** Where editors find the schema. */
  readonly $schema?: string;
  /** Folder in which the state is kept. */
  readonly state?: string;
  /** Unix socket for commands. */
  readonly socket?: string;
  /** Where metrics and health are answered. */
  readonly listen?: SocketAddress;
  readonly underlay?: UnderlayConfig;
  /** Unix socket on which the guest of each port connects. */
  readonly guests: Readonly<Record<string, string>>;
  /** Whether flows outlive a graceful stop. */
  readonly flows: "forget" | "keep";
  readonly ports: readonly PortConfig[];
}
