// What the manual's examples share: a guest and a peer, a network without tunnels, a clock to set, and a line for what became of a frame.

import { type Direction, Ipv4Addr, MacAddr } from "opte-api";
import {
  type ClockProvider,
  DROP_REASON_NAMES,
  type Frame,
  type LayerSpec,
  type NetworkDefinition,
  parseGuest,
  type Port,
  PortBuilder,
  type Providers,
  Verdict,
} from "opte-core";
import type { Ends } from "../../examples/home-router/src/frames.ts";

export { arpRequest, echoFrame, tcpFrame, TcpFlag, udpFrame } from "../../examples/home-router/src/frames.ts";

export const guestMac: MacAddr = MacAddr.parse("02:00:00:00:00:05");
export const guestIp: Ipv4Addr = Ipv4Addr.parse("10.0.0.5");
export const peerMac: MacAddr = MacAddr.parse("02:00:00:00:00:07");
export const peerIp: Ipv4Addr = Ipv4Addr.parse("203.0.113.7");

/** Addresses of a frame from the guest to the peer, and back. */
export const toPeer: Ends = { srcMac: guestMac, dstMac: peerMac, src: guestIp, dst: peerIp };
export const fromPeer: Ends = { srcMac: peerMac, dstMac: guestMac, src: peerIp, dst: guestIp };

/** Stands still until an example sets it. */
export const clock: ClockProvider & { ms: number } = { ms: 0, nowMs: () => clock.ms };

/** Plain Ethernet on both sides. */
export const plainNetwork: NetworkDefinition = {
  parse: (_dir, packet) => parseGuest(packet, packet.frame),
  handlePacket: () => ({ kind: "deny" }),
};

/** Makes a running port; the layers are in outbound order. */
export function makePort(layers: readonly LayerSpec[], providers: Partial<Providers> = {}): Port {
  const builder = new PortBuilder("opte0", guestMac, { clock, ...providers });
  for (const layer of layers) builder.addLayer(layer, { at: "last" });
  const port = builder.create(plainNetwork, { uft: 1024, tcp: 1024 });
  port.start();
  return port;
}

/** Takes a frame through a port, and says what became of it. */
export function send(port: Port, dir: Direction, frame: Frame): string {
  const verdict = port.process(dir, frame);
  const { layer, reason, path, hairpin, error, parseError } = port.result;
  switch (verdict) {
    case Verdict.Modified:
      return `modified on path ${path}: ${port.result.flowAfter.toString()}`;
    case Verdict.Hairpin:
      return `hairpin of ${hairpin.length} bytes from ${layer}`;
    case Verdict.Drop:
      return `drop: ${layer} ${DROP_REASON_NAMES[reason] ?? ""}`;
    default:
      return `error: ${error?.kind ?? parseError.toString()}`;
  }
}
