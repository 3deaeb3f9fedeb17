// A guest on the bench: sends what it is told and keeps what it gets.

import { type IpAddr, MacAddr } from "opte-api";
import { Frame } from "opte-core";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { ipFrame, type Message, readFrame, udp } from "../../oxide-vpc/test/frames.js";
import type { GuestPort } from "../src/index.js";
import type { Guest, SledBench } from "./sled-bench.js";

/** The UDP port of the reference's system tests. */
const UDP_PORT = 9999;

/** A guest that has its port open. */
export class AttachedGuest {
  readonly guest: Guest;
  readonly port: GuestPort;
  /** Copies of the frames that came, in their order. */
  readonly received: Uint8Array[] = [];
  /** Called with each frame that comes, when it comes. */
  onFrame: (frame: Uint8Array) => void = () => undefined;

  constructor({ xde }: SledBench, guest: Guest) {
    this.guest = guest;
    this.port = xde.attach(guest.name, (batch) => {
      for (const frame of batch) {
        const bytes = frame.toBytes();
        this.received.push(bytes);
        this.onFrame(bytes);
      }
    });
  }

  /** Sends a message from its own address, by the gateway or to the group's MAC address. */
  send(dst: IpAddr, message: Message): void {
    const src = dst.family === 4 ? this.guest.ip4 : this.guest.ip6;
    const macs = { src: this.guest.mac, dst: dst.isMulticast ? dst.multicastMac() : GATEWAY_MAC };
    this.sendBytes(ipFrame(macs, src, dst, message));
  }

  /** Sends a datagram. */
  sendUdp(dst: IpAddr, body = "hello"): void {
    this.send(dst, udp(UDP_PORT, UDP_PORT, [...Buffer.from(body)]));
  }

  /** Sends frames in one batch. */
  sendBytes(...frames: readonly Uint8Array[]): void {
    this.port.send(frames.map((bytes) => Frame.ofGuest(bytes)));
  }

  /** What has come since the last call: destination MAC address, source, destination, and body of each datagram. */
  take(): readonly string[] {
    return this.received.splice(0).map((bytes) => {
      const { dstMac, src, dst, message, isSound } = readFrame(bytes);
      return `${MacAddr.parse(dstMac).toString()} ${src} > ${dst} ${isSound ? "" : "bad checksum "}${Buffer.from(message.subarray(8)).toString()}`;
    });
  }
}

/** Long enough for frames on memory links, and for answers to them. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
