// Other JavaScript packet parsers, over the same frames and in the same process as ours.
//
// Differences in work: ours bounds-checks every header, computes the flow id and makes nothing; the others make an object for each
// header with every field in it, and `ip-packet` begins at the IP header.

import { createRequire } from "node:module";
import { join } from "node:path";
import { Frame, Packet, parseGuest } from "opte-core";
import { FrameRing } from "../harness/frame-ring.ts";
import { type PeerFigure, timesOf } from "./peer-figure.ts";
import { VpcWorld } from "../world/vpc-world.ts";
import { Traffic } from "../world/traffic.ts";

const FRAMES = 1024;

/** What the packages export, of which we use no more. */
interface CapDecoders {
  readonly Ethernet: (bytes: Buffer, offset?: number) => { readonly offset: number };
  readonly IPV4: (bytes: Buffer, offset: number) => { readonly offset: number };
  readonly UDP: (bytes: Buffer, offset: number) => { readonly info: { readonly srcport: number } };
}
interface IpPacket {
  readonly decode: (state: { readonly buffer: Buffer; start: number; readonly end: number }) => {
    readonly protocol: number;
  };
}
interface PcapEthernet {
  decode(bytes: Buffer, offset: number): { readonly ethertype: number };
}

/** @param modules a `node_modules` folder with cap, ip-packet and pcap, installed with --ignore-scripts */
export function jsParsers(modules: string): PeerFigure[] {
  const load = createRequire(join(modules, "../package.json"));
  const frames = new Traffic(new VpcWorld(), { family: 4, protocol: "udp" }, FRAMES).firstFrames(64);
  const ring = new FrameRing(frames.template, FRAMES);
  const buffers = Array.from({ length: FRAMES }, (_, slot) => {
    frames.write(ring, slot, slot);
    return Buffer.from(ring.bytes.buffer, ring.at(slot), ring.frameLen);
  });
  const cap = load("cap/lib/Decoders.js") as CapDecoders; // Unwrap: what version 0.2.1 exports
  const ip = load("ip-packet") as IpPacket; // Unwrap: what version 2.2.1 exports
  const EthernetPacket = load("pcap/decode/ethernet_packet.js") as new () => PcapEthernet; // Unwrap: what version 3.1.0 exports
  const packet = new Packet();
  const frame = Frame.allocate(0);
  frame.bytes = ring.bytes;
  let sum = 0;
  const parsers: readonly (readonly [string, string, (buffer: Buffer, slot: number) => number])[] = [
    [
      "opte-core parseGuest",
      "bounds, values and flow id; makes nothing",
      (_, slot): number => {
        frame.start = ring.at(slot);
        frame.end = frame.start + ring.frameLen;
        return parseGuest(packet, frame) ? packet.ulp : 0;
      },
    ],
    [
      "npm cap 0.2.1, decoders",
      "an object a header, addresses as text",
      (buffer): number => {
        const { offset } = cap.Ethernet(buffer);
        return cap.UDP(buffer, cap.IPV4(buffer, offset).offset).info.srcport;
      },
    ],
    [
      "npm pcap 3.1.0, decode",
      "an object a header and address",
      (buffer): number => new EthernetPacket().decode(buffer, 0).ethertype,
    ],
    [
      "npm ip-packet 2.2.1",
      "IPv4 alone, an object",
      (buffer): number => ip.decode({ buffer, start: 14, end: buffer.length }).protocol,
    ],
  ];
  const figures = parsers.map(([name, work, parse]): PeerFigure => {
    const ns = timesOf(30, () => {
      for (const [slot, buffer] of buffers.entries()) sum += parse(buffer, slot);
    }).map((ms) => (ms * 1e6) / FRAMES);
    return { name, what: "parse UDP over IPv4, 64 bytes", unit: "ns a packet", best: Math.min(...ns), work };
  });
  if (sum <= 0) throw new Error("Nothing was parsed");
  return figures;
}
