// Which sockets stand for which addresses of the underlay.

import { Ipv6Addr } from "opte-api";
import { AddressMap } from "../address-map.js";
import { formatUdpEndpoint, type UdpEndpoint, type UdpPeer } from "./udp-endpoint.js";

/** A socket to send to, in the form that sending needs. */
export interface Destination {
  readonly address: string;
  readonly port: number;
}

/** First byte of an IPv6 group. */
const MULTICAST = 0xff;
const NOBODY: readonly Destination[] = [];

/** Finds peers by underlay address when sending, and by socket when receiving. */
export class UdpPeers {
  readonly #destinations: AddressMap<readonly Destination[]> = new AddressMap();
  /** Every peer but those of groups, each socket once. */
  readonly #everybody: readonly Destination[];
  readonly #bySocket: ReadonlyMap<string, Ipv6Addr>;
  /** By address alone, where only one peer has it: others' source ports say nothing (RFC 8926 §3.3). */
  readonly #byAddress: ReadonlyMap<string, Ipv6Addr>;

  constructor(peers: readonly UdpPeer[]) {
    for (const { physIp, endpoint } of peers) {
      this.#destinations.set(physIp, [...(this.#destinations.get(physIp) ?? []), destinationOf(endpoint)]);
    }
    const sleds = peers.filter(({ physIp }) => !physIp.isMulticast);
    this.#bySocket = new Map(sleds.map(({ physIp, endpoint }) => [formatUdpEndpoint(endpoint), physIp]));
    this.#everybody = [...new Map(sleds.map(({ endpoint }) => [formatUdpEndpoint(endpoint), endpoint])).values()].map(
      destinationOf,
    );
    this.#byAddress = new Map(
      sleds
        .filter(({ endpoint }) => sleds.filter((other) => other.endpoint.address.equals(endpoint.address)).length === 1)
        .map(({ physIp, endpoint }) => [endpoint.address.toString(), physIp]),
    );
  }

  /**
   * The sockets for the underlay address that stands in `bytes` at `at`. What is for a group goes to the peers named for the group, or,
   * where there is none, to every peer: there is no switch that would replicate it.
   */
  to(bytes: Uint8Array, at: number): readonly Destination[] {
    const known = this.#destinations.getAt(bytes, at);
    if (known !== undefined) return known;
    return bytes[at] === MULTICAST ? this.#everybody : NOBODY;
  }

  /** The underlay address of whoever sends from a socket, if it is a peer. */
  from(address: string, port: number): Ipv6Addr | undefined {
    const ip = Ipv6Addr.parse(withoutZone(address));
    return this.#bySocket.get(formatUdpEndpoint({ address: ip, port })) ?? this.#byAddress.get(ip.toString());
  }
}

function destinationOf({ address, port }: UdpEndpoint): Destination {
  return { address: address.toString(), port };
}

/** A link-local address without the interface that Node puts behind it. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/s, "");
}
