// A home router with guests on one side and the internet on the other, for its tests.

import { Ipv4Addr, MacAddr } from "opte-api";
import { type FlowId, type Frame, Packet, parseGuest, Verdict } from "opte-core";
import { demoConfig } from "../src/demo.ts";
import { DhcpType, dhcpFrame, type Ends, onesSum } from "../src/frames.ts";
import { HomeRouter } from "../src/home-router.ts";
import type { RouterConfig } from "../src/router-config.ts";

export const inside: RouterConfig["inside"] = demoConfig.inside;
export const outside: RouterConfig["outside"] = demoConfig.outside;
export const laptop: MacAddr = MacAddr.parse("02:00:00:00:00:0A");
export const phone: MacAddr = MacAddr.parse("02:00:00:00:00:0C");
export const peerIp: Ipv4Addr = Ipv4Addr.parse("203.0.113.7");

/** A guest that has an address. */
export interface Guest {
  readonly mac: MacAddr;
  readonly ip: Ipv4Addr;
}

export class Bench {
  nowMs = 0;
  readonly router: HomeRouter;

  constructor(change: Partial<RouterConfig> = {}) {
    this.router = new HomeRouter({ ...demoConfig, ...change }, { nowMs: () => this.nowMs });
  }

  /** Takes a guest through DHCP. */
  join(mac: MacAddr): Guest {
    for (const type of [DhcpType.Discover, DhcpType.Request]) this.answer(dhcpFrame(mac, type));
    const lease = this.router.guests().find((each) => each.mac.equals(mac));
    if (lease === undefined) throw new Error(`${mac.toString()} got no address`);
    return { mac, ip: lease.ip };
  }

  /** Sends a guest's frame that the router answers itself. */
  answer(frame: Frame): Frame {
    this.#expect(Verdict.Hairpin, this.router.process("out", frame));
    return this.router.port.result.hairpin;
  }

  /** Sends a guest's frame that goes out; the frame is then what the provider sees. */
  out(frame: Frame): Frame {
    this.#expect(Verdict.Modified, this.router.process("out", frame));
    return frame;
  }

  /** Sends a frame from the provider that comes in; the frame is then what the guest sees. */
  in(frame: Frame): Frame {
    this.#expect(Verdict.Modified, this.router.process("in", frame));
    return frame;
  }

  #expect(expected: Verdict, verdict: Verdict): void {
    if (verdict === expected) return;
    const { layer, reason, error } = this.router.port.result;
    throw new Error(
      `Verdict is ${verdict}, not ${expected}: layer "${layer}", reason ${reason}, ${JSON.stringify(error)}`,
    );
  }
}

/** A guest's packet to an address behind the router. */
export function fromGuest({ mac, ip }: Guest, dst: Ipv4Addr = peerIp): Ends {
  return { srcMac: mac, dstMac: inside.mac, src: ip, dst };
}

/** A packet that reaches the router's outside address. */
export function fromPeer(src: Ipv4Addr = peerIp): Ends {
  return { srcMac: outside.nextHop, dstMac: outside.mac, src, dst: outside.ip };
}

/** Flow and MAC addresses of a frame. */
export function read(frame: Frame): {
  readonly flow: FlowId;
  readonly text: string;
  readonly src: string;
  readonly dst: string;
} {
  const packet = new Packet();
  if (!parseGuest(packet, frame)) throw new Error("The frame cannot be parsed");
  const mac = (at: number): string => MacAddr.fromBytes(frame.view().slice(at, at + 6)).toString();
  return { flow: packet.flow.toFlowId(), text: packet.flow.toString(), src: mac(6), dst: mac(0) };
}

/** Whether the IPv4 and upper-layer checksums of a frame without IP options hold, summed up from scratch. */
export function checksumsHold(frame: Frame): boolean {
  const ip = frame.view().subarray(14);
  const payload = ip.subarray(20);
  const protocol = ip[9] ?? 0;
  const pseudo =
    protocol === 1 ? [] : [...ip.subarray(12, 20), 0, protocol, payload.length >>> 8, payload.length & 0xff];
  return onesSum(ip.subarray(0, 20)) === 0xffff && onesSum(Uint8Array.of(...pseudo, ...payload)) === 0xffff;
}
