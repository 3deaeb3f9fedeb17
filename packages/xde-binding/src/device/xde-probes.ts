// Probe points of the device (spec 05 §19.1): typed callbacks that cost one branch while nobody listens.

import type { Direction, IpAddr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import type { Frame, FlowKey, ParseError } from "opte-core";
import type { SourceFilter } from "oxide-vpc/api";
import type { XdeDrop } from "./xde-stats.js";

/**
 * Listens to what the device does around its ports; the ports' own probe points are `ProbesProvider`'s. Every member is optional. The same
 * rules hold: a listener takes what it needs before it returns — frames, flows and parse errors are working memory, their `toBytes`,
 * `toFlowId` and `toValue` make copies — and it neither throws nor changes anything nor calls back into the device.
 */
export interface XdeProbes {
  /** The beginning and the end of a batch that a guest sends: all frames are processed and delivered between them. */
  transmitEntry?(port: string): void;
  transmitReturn?(port: string): void;
  /** The same for a batch that comes in on a link of the underlay. */
  receiveEntry?(link: string): void;
  receiveReturn?(link: string): void;
  /** A frame that cannot be parsed. `port` is `unknown` for one from the underlay. */
  badPacket?(port: string, dir: Direction, frame: Frame, error: ParseError): void;
  /** A frame that goes from one guest to another on the same sled, before it enters the second one's port. */
  guestLoopback?(frame: Frame, flow: FlowKey, srcPort: string, dstPort: string): void;
  /** A look-up of a next hop; `msg` is empty if it was found, else says what was not, and the addresses are absent. */
  nextHop?(
    dst: Ipv6Addr,
    gateway: Ipv6Addr | undefined,
    srcMac: MacAddr | undefined,
    dstMac: MacAddr | undefined,
    msg: string,
  ): void;
  /** The cached route of a destination and flow hash. `cache` is the port. */
  routeCacheHit?(cache: string, dst: Ipv6Addr, hash: number): void;
  routeCacheInsert?(cache: string, dst: Ipv6Addr, hash: number): void;
  routeCacheRefresh?(cache: string, dst: Ipv6Addr, hash: number): void;
  routeCacheDelete?(cache: string, dst: Ipv6Addr, hash: number): void;
  /** A new route was not kept because the cache is full. */
  routeCacheFull?(cache: string, dst: Ipv6Addr, hash: number): void;
  /** A frame that the device loses or hands back, and why. Ours. */
  frameDrop?(reason: XdeDrop, port: string | undefined, frame: Frame): void;
  /** A guest sends to a group, or a frame to a group comes from the underlay. `group` is the inner destination. */
  mcastTx?(group: IpAddr, vni: number): void;
  mcastRx?(group: IpAddr, vni: number): void;
  /** A copy goes to a guest of the sled. */
  mcastLocalDelivery?(group: IpAddr, vni: number, port: string): void;
  /** A copy goes to the underlay, for sleds or for the rack's front panel. `underlay` is the group there. */
  mcastUnderlayFwd?(underlay: Ipv6Addr, vni: number, nextHop: Ipv6Addr): void;
  mcastExternalFwd?(underlay: Ipv6Addr, vni: number, nextHop: Ipv6Addr): void;
  /** Nobody subscribes to the underlay group of a received frame, or no next hop is known for that of a sent one. */
  mcastNoFwdEntry?(underlay: Ipv6Addr, vni: number): void;
  /** A guest does not want frames of this source. */
  mcastSourceFiltered?(src: IpAddr, group: IpAddr, vni: number, port: string, mode: SourceFilter["kind"]): void;
  /** Nobody behind a next hop wants frames of this source. */
  mcastFwdSourceFiltered?(src: IpAddr, group: IpAddr, vni: number, nextHop: Ipv6Addr, mode: SourceFilter["kind"]): void;
  /**
   * A copy does not get to where it should: to a port of the sled, or to a next hop. In the reference these are copies that could not be made,
   * for lack of memory; that cannot happen here, and what does happen are refusals, as `frameDrop` has them.
   */
  mcastTxFail?(group: IpAddr, vni: number, to: string | Ipv6Addr, reason: XdeDrop): void;
  /** The same for a received frame. Without port: the frame was for no group, so it is for nobody. */
  mcastRxFail?(group: IpAddr, vni: number, port: string | undefined, reason: XdeDrop | "bad_inner_dst"): void;
  /** Around all that becomes of a frame that a guest sends to a group. */
  mcastTxEntry?(port: string, group: IpAddr, vni: number): void;
  mcastTxReturn?(port: string, group: IpAddr, vni: number): void;
  /** Around all that becomes of a frame to a group of the underlay. */
  mcastRxEntry?(underlay: Ipv6Addr, vni: number): void;
  mcastRxReturn?(underlay: Ipv6Addr, vni: number): void;
  mcastMapSet?(group: IpAddr, underlay: Ipv6Addr, vni: Vni): void;
  mcastMapClear?(group: IpAddr, underlay: Ipv6Addr, vni: Vni): void;
  mcastFwdSet?(underlay: Ipv6Addr, hopCount: number, vni: Vni): void;
  mcastFwdClear?(underlay: Ipv6Addr, vni: Vni): void;
  mcastSubscribe?(port: string, underlay: Ipv6Addr, vni: Vni): void;
  mcastUnsubscribe?(port: string, underlay: Ipv6Addr, vni: Vni): void;
  mcastUnsubscribeAll?(group: IpAddr, vni: Vni): void;
}
