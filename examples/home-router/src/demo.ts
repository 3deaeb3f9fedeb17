// Shows the router at work: one guest from its first packet to the end of its lease.

import { IpProtocol, Ipv4Addr, Ipv4Cidr, MacAddr, type Direction } from "opte-api";
import { DROP_REASON_NAMES, type Frame, Packet, parseGuest, Verdict, VERDICT_NAMES } from "opte-core";
import { arpRequest, DhcpType, dhcpFrame, echoFrame, type Ends, tcpFrame, TcpFlag, udpFrame } from "./frames.ts";
import { LEASE_MS } from "./guest-leases.ts";
import { HomeRouter } from "./home-router.ts";
import type { Reservation, RouterConfig } from "./router-config.ts";

const laptop: MacAddr = MacAddr.parse("02:00:00:00:00:0A");
/** A guest that the outside may reach, so its address must not change. */
export const server: Reservation = { mac: MacAddr.parse("02:00:00:00:00:0B"), ip: Ipv4Addr.parse("192.168.1.2") };
const friend: Ipv4Addr = Ipv4Addr.parse("203.0.113.7");

export const demoConfig: RouterConfig = {
  inside: {
    mac: MacAddr.parse("02:00:00:00:00:01"),
    ip: Ipv4Addr.parse("192.168.1.1"),
    subnet: Ipv4Cidr.parse("192.168.1.0/24"),
  },
  outside: {
    mac: MacAddr.parse("02:00:00:00:00:02"),
    ip: Ipv4Addr.parse("198.51.100.2"),
    nextHop: MacAddr.parse("02:00:00:00:00:FF"),
  },
  guestLimit: 32,
  reservations: [server],
  forwards: [{ protocol: IpProtocol.Tcp, outsidePort: 8080, guestIp: server.ip, guestPort: 80 }],
  nameServers: [Ipv4Addr.parse("9.9.9.9")],
};

/** Runs the demonstration; `print` gets one line for each packet. */
export function demo(print: (line: string) => void): void {
  let nowMs = 0;
  const router = new HomeRouter(demoConfig, { nowMs: () => nowMs });
  const { inside, outside } = demoConfig;
  const send = (title: string, dir: Direction, frame: Frame): void => {
    print(`${title.padEnd(24)} ${dir.padEnd(3)} ${flowText(frame)}`);
    const verdict = router.process(dir, frame);
    print(`${" ".repeat(29)}${outcomeText(router, verdict, frame)}`);
  };
  const fromGuest = (mac: MacAddr, src: Ipv4Addr, dst: Ipv4Addr): Ends => ({
    srcMac: mac,
    dstMac: inside.mac,
    src,
    dst,
  });
  const fromFriend: Ends = { srcMac: outside.nextHop, dstMac: outside.mac, src: friend, dst: outside.ip };

  send("laptop asks for address", "out", dhcpFrame(laptop, DhcpType.Discover));
  send("laptop takes the offer", "out", dhcpFrame(laptop, DhcpType.Request));
  const laptopIp = router.guests()[0]?.ip ?? Ipv4Addr.ANY;
  send("laptop looks for router", "out", arpRequest(laptop, laptopIp, inside.ip));
  send("laptop pings router", "out", echoFrame(fromGuest(laptop, laptopIp, inside.ip), 8, 7));
  send("laptop asks friend", "out", udpFrame(fromGuest(laptop, laptopIp, friend), 5000, 53));
  // 34815 is the last of the laptop's slice of ports: NAT lends the highest first.
  send("friend answers", "in", udpFrame(fromFriend, 53, 34_815));
  send("friend tries a port", "in", udpFrame(fromFriend, 53, 5000));
  for (const type of [DhcpType.Discover, DhcpType.Request]) router.process("out", dhcpFrame(server.mac, type));
  send("friend opens web page", "in", tcpFrame(fromFriend, 6000, 8080, TcpFlag.Syn));
  const answer = tcpFrame(fromGuest(server.mac, server.ip, friend), 80, 6000, TcpFlag.Syn | TcpFlag.Ack, 0, 1);
  send("server answers", "out", answer);
  nowMs += LEASE_MS;
  router.expire();
  send("laptop is gone", "out", udpFrame(fromGuest(laptop, laptopIp, friend), 5000, 53));
}

function outcomeText(router: HomeRouter, verdict: Verdict, frame: Frame): string {
  const { hairpin, layer, reason } = router.port.result;
  const name = VERDICT_NAMES[verdict] ?? "";
  if (verdict === Verdict.Hairpin) return `${name}: ${flowText(hairpin)}`;
  if (verdict === Verdict.Modified) return `${name}: ${flowText(frame)}`;
  return `${name}: ${layer} ${DROP_REASON_NAMES[reason] ?? ""}`;
}

function flowText(frame: Frame): string {
  const packet = new Packet();
  if (!parseGuest(packet, frame)) return "unreadable";
  return packet.ip < 0 ? "ARP" : packet.flow.toString();
}
