// A link to the underlay over a UDP socket (RFC 8926 over RFC 768 over IPv6): between processes, hosts, and any Geneve peer.
//
// A plain socket does not carry everything that a frame has. Lost on the way: the MAC addresses, traffic class, flow label and hop limit of
// the outer packet, and its UDP source port, which says to which flow it belongs (all frames leave from the one port of this socket, so
// networks that spread load by it do not). The kernel computes the UDP checksum and fragments what is longer than the path's MTU. On receipt
// the outer headers are made anew: the source is the peer's underlay address, the destination the socket's own — or, since a socket cannot
// tell to which group a datagram was sent, the underlay group of the group that the inner frame is for.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { type IpAddr, Ipv6Addr, type MacAddr } from "opte-api";
import { type Frame, type LogProvider, NULL_LOG, type StatsProvider } from "opte-core";
import { StatCounters } from "../../provider/stat-counters.js";
import { isEncapsulated, OUTER_DST, packetLen } from "../encapsulation.js";
import type { FrameReceiver, Link } from "../link.js";
import { linkMac } from "../link-mac.js";
import { frameOf, innerGroup, OUTER_LEN } from "./udp-datagram.js";
import { formatUdpEndpoint, type UdpEndpoint, type UdpPeer } from "./udp-endpoint.js";
import { type Destination, UdpPeers } from "./udp-peers.js";

/** How a link over a socket is made. */
export interface UdpLinkOptions {
  readonly name: string;
  /** Where the socket is bound. */
  readonly bind: UdpEndpoint;
  /** Whom frames go to and come from; what anybody else sends is dropped. */
  readonly peers: readonly UdpPeer[];
  /** The underlay group of a group, if it has one (`xde.mappings.m2p`); groups of the underlay stand for themselves. */
  readonly groupOf?: (group: IpAddr) => Ipv6Addr | undefined;
  /** Longest packet behind the outer Ethernet header, in bytes; by default 9000. */
  readonly mtu?: number;
  readonly stats?: StatsProvider;
  readonly log?: LogProvider;
}

const DEFAULT_MTU = 9000;
/** Bytes that may wait in the socket before frames are dropped. */
const MAX_WAITING = 4 * 1024 * 1024;
/** A group without subscribers: of frames to groups that have none on the underlay. */
const NO_GROUP = Ipv6Addr.parse("ff04::");

/** Names of the counters of block `link_<name>`, in their published order. */
const UDP_LINK_STAT_FIELDS = [
  "tx_frames",
  "tx_bytes",
  "tx_no_peer",
  "tx_not_geneve",
  "tx_too_long",
  "tx_overflow",
  "tx_errors",
  "rx_frames",
  "rx_bytes",
  "rx_unknown_peer",
] as const;

/** A bound socket. Bytes are those of datagrams. */
export class UdpLink implements Link {
  readonly name: string;
  readonly mac: MacAddr;
  readonly routerMac: MacAddr;
  readonly mtu: number;
  readonly stats: StatCounters<(typeof UDP_LINK_STAT_FIELDS)[number]>;
  readonly #socket: Socket;
  readonly #peers: UdpPeers;
  readonly #options: UdpLinkOptions;
  readonly #log: LogProvider;
  #receiver: FrameReceiver | undefined;
  #isOpen = true;
  /** Frames that came in since the event loop last turned. */
  #arrived: Frame[] = [];

  private constructor(socket: Socket, options: UdpLinkOptions) {
    const { name, mtu = DEFAULT_MTU, peers, stats, log = NULL_LOG } = options;
    this.name = name;
    this.mac = linkMac(name, 0);
    this.routerMac = linkMac(name, 1);
    this.mtu = mtu;
    this.stats = new StatCounters(`link_${name}`, UDP_LINK_STAT_FIELDS, stats);
    this.#socket = socket;
    this.#peers = new UdpPeers(peers);
    this.#options = options;
    this.#log = log;
    socket.on("message", (datagram, from) => {
      this.#take(datagram, from);
    });
    socket.on("error", (error) => {
      this.#log.log("error", `Socket of link ${name} failed: ${error.message}`);
    });
  }

  /** Binds a socket. @throws Error if that is not possible, naming the endpoint; or the stats provider's */
  static async open(options: UdpLinkOptions): Promise<UdpLink> {
    const socket = createSocket({ type: "udp6", ipv6Only: true });
    const { address, port } = options.bind;
    try {
      socket.bind(port, address.toString());
      await once(socket, "listening");
      return new UdpLink(socket, options);
    } catch (error) {
      socket.close();
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot open link "${options.name}" on ${formatUdpEndpoint(options.bind)}: ${why}`, {
        cause: error,
      });
    }
  }

  /** Where the socket is bound: with the port that the system has picked, if it was to. */
  get endpoint(): UdpEndpoint {
    return { address: this.#options.bind.address, port: this.#socket.address().port };
  }

  send(batch: readonly Frame[]): void {
    if (!this.#isOpen) return;
    for (const frame of batch) this.#sendFrame(frame);
  }

  onReceive(receiver: FrameReceiver | undefined): void {
    this.#receiver = receiver;
  }

  /** Closes the socket and withdraws the counters. Nothing comes in afterwards, and what is sent is lost. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#receiver = undefined;
    this.stats.close();
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #sendFrame(frame: Frame): void {
    if (!isEncapsulated(frame)) {
      this.stats.add("tx_not_geneve");
      return;
    }
    if (packetLen(frame) > this.mtu) {
      this.stats.add("tx_too_long");
      return;
    }
    const { bytes, start, end } = frame;
    const destinations = this.#peers.to(bytes, start + OUTER_DST);
    if (destinations.length === 0) {
      this.stats.add("tx_no_peer");
      return;
    }
    // The frame is lent, and the socket reads later.
    const datagram = Buffer.from(bytes.subarray(start + OUTER_LEN, end));
    for (const destination of destinations) this.#sendDatagram(datagram, destination);
  }

  #sendDatagram(datagram: Buffer, { address, port }: Destination): void {
    if (this.#socket.getSendQueueSize() > MAX_WAITING) {
      this.stats.add("tx_overflow");
      return;
    }
    this.#socket.send(datagram, port, address, (error) => {
      if (error !== null) {
        this.stats.add("tx_errors");
        return;
      }
      this.stats.add("tx_frames");
      this.stats.add("tx_bytes", datagram.length);
    });
  }

  #take(datagram: Buffer, { address, port }: RemoteInfo): void {
    const src = this.#peers.from(address, port);
    if (src === undefined) {
      this.stats.add("rx_unknown_peer");
      return;
    }
    this.stats.add("rx_frames");
    this.stats.add("rx_bytes", datagram.length);
    const headers = { dstMac: this.mac, srcMac: this.routerMac, src, dst: this.#dstOf(datagram), srcPort: port };
    this.#arrived.push(frameOf(datagram, headers));
    if (this.#arrived.length === 1) {
      setImmediate(() => {
        this.#deliver();
      });
    }
  }

  #dstOf(datagram: Uint8Array): Ipv6Addr {
    const group = innerGroup(datagram);
    if (group === undefined) return this.#options.bind.address;
    const underlay = this.#options.groupOf?.(group);
    if (underlay !== undefined) return underlay;
    return group.family === 6 && group.isAdminScopedMulticast ? group : NO_GROUP;
  }

  #deliver(): void {
    const batch = this.#arrived;
    this.#arrived = [];
    this.#receiver?.(batch);
  }
}
