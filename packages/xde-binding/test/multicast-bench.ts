// A sled with three guests, a wire to look at, and the commands of multicast in few words.

import { IpAddr, Ipv6Addr, MulticastUnderlay, Vni } from "opte-api";
import { Frame } from "opte-core";
import { ANY_SOURCE, type McastForwardingNextHop, type Replication, SourceFilter } from "oxide-vpc/api";
import { MemoryLink, type XdeProbes } from "../src/index.js";
import { encapsulate, ipFrame, readTunnel, udp } from "../../oxide-vpc/test/frames.js";
import { AttachedGuest, settle } from "./guest.js";
import { guest, SledBench } from "./sled-bench.js";

/** All on one sled. */
const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");
const C = guest(3, "fd44::1");
/** On another. */
export const REMOTE = guest(4, "fd77::1");

/** Groups of the reference's system tests, and what carries them. */
export const GROUP4: IpAddr = IpAddr.parse("224.0.0.251");
export const GROUP6: IpAddr = IpAddr.parse("ff04::1:3");
export const UNDERLAY4 = "ff04::e000:fb";
export const UNDERLAY6 = "ff04::1:3";

/** The replication bits of the multicast option, as they are printed. */
export const EXTERNAL = "0129/01 00000000";
export const UNDERLAY = "0129/01 40000000";
export const BOTH = "0129/01 80000000";

export const include = (...sources: readonly string[]): SourceFilter =>
  SourceFilter.of(
    "include",
    sources.map((source) => IpAddr.parse(source)),
  );
export const exclude = (...sources: readonly string[]): SourceFilter =>
  SourceFilter.of(
    "exclude",
    sources.map((source) => IpAddr.parse(source)),
  );

export class MulticastBench {
  readonly sled: SledBench;
  readonly far: MemoryLink;
  /** What each probe told, as `name arguments`. */
  readonly probed: string[] = [];
  readonly #wire: Uint8Array[] = [];
  #guests: readonly AttachedGuest[] = [];

  private constructor() {
    const [near, far] = MemoryLink.pair("u1", "far");
    this.far = far;
    far.onReceive((batch) => this.#wire.push(...batch.map((frame) => frame.toBytes())));
    this.sled = new SledBench([near], { probes: recorder(this.probed) });
  }

  /** A sled whose guests have their ports open; both groups are mapped. */
  static async started(): Promise<MulticastBench> {
    const bench = new MulticastBench();
    await bench.#start();
    return bench;
  }

  async #start(): Promise<void> {
    await this.sled.underlay("u1", "u1");
    for (const of of [A, B, C]) await this.sled.create(of);
    this.#guests = [A, B, C].map((of) => new AttachedGuest(this.sled, of));
    await this.map(GROUP4, UNDERLAY4);
    await this.map(GROUP6, UNDERLAY6);
  }

  guest(i: 0 | 1 | 2): AttachedGuest {
    const found = this.#guests[i];
    if (found === undefined) throw new Error("The bench has not been started");
    return found;
  }

  /** What each guest has received since the last call, by number of frames. */
  counts(): readonly number[] {
    return this.#guests.map((each) => each.take().length);
  }

  /** What has gone to the wire since the last call. */
  async sent(): Promise<readonly ReturnType<typeof readTunnel>[]> {
    await settle();
    return this.#wire.splice(0).map((bytes) => readTunnel(bytes));
  }

  async map(group: IpAddr, underlay: string): Promise<void> {
    await this.sled.xde.handlers.SetMcast2Phys({ group, underlay: MulticastUnderlay.parse(underlay) });
  }

  async unmap(group: IpAddr, underlay: string): Promise<void> {
    await this.sled.xde.handlers.ClearMcast2Phys({ group, underlay: MulticastUnderlay.parse(underlay) });
  }

  async subscribe(port: string, group: IpAddr, filter: SourceFilter = ANY_SOURCE): Promise<void> {
    await this.sled.xde.handlers.McastSubscribe({ portName: port, group, filter });
  }

  async unsubscribe(port: string, group: IpAddr): Promise<void> {
    await this.sled.xde.handlers.McastUnsubscribe({ portName: port, group });
  }

  async unsubscribeAll(group: IpAddr): Promise<void> {
    await this.sled.xde.handlers.McastUnsubscribeAll({ group });
  }

  /** Adds next hops, by default one for every source in the VNI of multicast. */
  async forward(
    underlay: string,
    addr: string,
    replication: Replication,
    { sourceFilter = ANY_SOURCE, vni = 77 }: { readonly sourceFilter?: SourceFilter; readonly vni?: number } = {},
  ): Promise<void> {
    const hop: McastForwardingNextHop = {
      nextHop: { addr: Ipv6Addr.parse(addr), vni: Vni.of(vni) },
      replication,
      sourceFilter,
    };
    await this.sled.xde.handlers.SetMcastForwarding({ underlay: MulticastUnderlay.parse(underlay), nextHops: [hop] });
  }

  async clearForwarding(underlay: string): Promise<void> {
    await this.sled.xde.handlers.ClearMcastForwarding({ underlay: MulticastUnderlay.parse(underlay) });
  }

  /** `underlay: port filter, …` for each group. */
  async subscriptions(): Promise<readonly string[]> {
    const { entries } = await this.sled.xde.handlers.DumpMcastSubscriptions(undefined);
    return entries.map(
      ({ underlay, subscribers }) =>
        `${underlay.toString()}: ${subscribers.map(({ port, filter }) => `${port} ${SourceFilter.format(filter)}`).join(", ")}`,
    );
  }

  /** `underlay: next hop, VNI, replication, filter` for each next hop. */
  async forwarding(): Promise<readonly string[]> {
    const { entries } = await this.sled.xde.handlers.DumpMcastForwarding(undefined);
    return entries.flatMap(({ underlay, nextHops }) =>
      nextHops.map(
        ({ nextHop, replication, sourceFilter }) =>
          `${underlay.toString()}: ${nextHop.addr.toString()}, ${nextHop.vni}, ${replication}, ${SourceFilter.format(sourceFilter)}`,
      ),
    );
  }

  /** A datagram of the remote guest to a group arrives from the underlay. */
  async arrive(group: IpAddr, underlay: string, from = REMOTE, replication = 0x40): Promise<void> {
    const src = group.family === 4 ? from.ip4 : from.ip6;
    // The sender's MAC address for the group does not count: the sled writes it anew.
    const inner = ipFrame(
      { src: from.mac, dst: GUEST_MAC_OF_NOBODY },
      src,
      group,
      udp(9999, 9999, [...Buffer.from("far")]),
    );
    const tunnel = {
      src: from.physIp,
      dst: Ipv6Addr.parse(underlay),
      vni: 77,
      options: [[0x0129, 1, [replication, 0, 0, 0]]] as const,
    };
    this.far.send([Frame.ofUnderlay(encapsulate(inner, tunnel))]);
    await settle();
  }
}

const GUEST_MAC_OF_NOBODY = guest(9, "fd99::1").mac;

/** Probes that write down what they are told. */
function recorder(lines: string[]): XdeProbes {
  const record =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      lines.push([name, ...args].map(String).join(" "));
    };
  return {
    mcastTx: record("tx"),
    mcastRx: record("rx"),
    mcastLocalDelivery: record("deliver"),
    mcastUnderlayFwd: record("underlay"),
    mcastExternalFwd: record("external"),
    mcastNoFwdEntry: record("nofwd"),
    mcastSourceFiltered: record("filtered"),
    mcastFwdSourceFiltered: record("fwd_filt"),
    mcastTxFail: record("tx-fail"),
    mcastRxFail: record("rx-fail"),
    mcastTxEntry: record("tx-entry"),
    mcastTxReturn: record("tx-return"),
    mcastRxEntry: record("rx-entry"),
    mcastRxReturn: record("rx-return"),
    mcastMapSet: record("map-set"),
    mcastMapClear: record("map-clear"),
    mcastFwdSet: record("fwd-set"),
    mcastFwdClear: record("fwd-clear"),
    mcastSubscribe: record("subscribe"),
    mcastUnsubscribe: record("unsubscribe"),
    mcastUnsubscribeAll: record("unsubscribe-all"),
    frameDrop: (reason, port) => {
      record("drop")(reason, port);
    },
  };
}
