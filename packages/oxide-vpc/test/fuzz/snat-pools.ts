// Shows by use that a port's SNAT pools are whole: every port of them can be had, each once, and then no more.

import { type IpAddr, type IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, Vni } from "opte-api";
import { Verdict } from "opte-core";
import { GATEWAY_MAC, type InternetGatewayMap, type IpFamilyCfg, type PortLimits } from "../../src/api/index.js";
import type { VpcMappings, VpcPort } from "../../src/index.js";
import { FrameWriter } from "./frame-writer.js";

const HEADROOM = 326;
const ENCAP_LEN = 70;
const PORT_AT = { tcp: 0, udp: 0, icmp: 4 } as const;

/**
 * Empties the pools of a family, one after the other, with flows of the guest to one destination.
 *
 * @param forgetFlows lets all flows end
 * @returns whether it could: other external addresses come before SNAT, and tables may be too small
 * @throws Error if a pool does not hold each of its ports once
 */
export function checkSnatPools(
  vpc: VpcPort,
  mappings: VpcMappings,
  gateways: InternetGatewayMap | undefined,
  cfg: IpFamilyCfg<IpAddr, IpCidr>,
  limits: PortLimits,
  forgetFlows: () => void,
): boolean {
  const { snat, ephemeralIp, floatingIps } = cfg.externalIps;
  if (snat === undefined || ephemeralIp !== undefined || floatingIps.length > 0) return false;
  if (cfg.attachedSubnets.some(({ isExternal }) => isExternal)) return false;
  const { first, last } = snat.ports;
  const count = Math.max(0, last - first + 1);
  if (count >= Math.min(limits.uft, limits.tcp, limits.firewall, limits.nat)) return false;
  const listed = gateways?.find(([ip]) => ip.toString() === snat.externalIp.toString())?.[1];
  if (listed?.length === 0) return false;
  const uuid = listed?.[0];

  const dst = cfg.privateIp.family === 4 ? Ipv4Addr.parse("203.0.114.9") : Ipv6Addr.parse("2001:db9::9");
  const dest = dst.family === 4 ? new Ipv4Cidr(dst, 32) : new Ipv6Cidr(dst, 128);
  const target = { kind: "internetGateway", ...(uuid === undefined ? {} : { uuid }) } as const;
  vpc.addRouterEntry({ dest, target, class: "custom" });
  mappings.v2b.add(dest, [{ ip: Ipv6Addr.parse("fd00:99::1"), vni: Vni.of(99) }]);
  for (const protocol of ["tcp", "udp", "icmp"] as const) {
    const got = new Set<number>();
    for (let flow = 0; flow <= count; flow++) {
      const port = send(vpc, cfg.privateIp, dst, protocol, 1000 + flow);
      if (flow === count && port !== undefined) throw new Error(`SNAT lent ${protocol} port ${port} beyond its pool`);
      if (flow < count && (port === undefined || port < first || port > last || got.has(port))) {
        const lent = `port ${String(port)} as number ${flow + 1} of ${first} to ${last}`;
        throw new Error(`SNAT lent ${protocol} ${lent}, having lent ${[...got].join()}`);
      }
      if (port !== undefined) got.add(port);
    }
    forgetFlows();
  }
  return true;
}

/** Sends a packet to the outside. @returns its port there, if it got out */
function send(
  vpc: VpcPort,
  src: IpAddr,
  dst: IpAddr,
  protocol: "tcp" | "udp" | "icmp",
  port: number,
): number | undefined {
  const writer = new FrameWriter();
  const isIpv4 = src.family === 4;
  const number = { tcp: 6, udp: 17, icmp: isIpv4 ? 1 : 58 }[protocol];
  writer.begin(HEADROOM);
  writer.ipFrame({ dst: GATEWAY_MAC, src: vpc.mac }, src.bytes, dst.bytes, number, -1, () => {
    if (protocol === "tcp") writer.tcp(port, 443, 0x02, 1);
    else if (protocol === "udp") writer.udp(port, 53, () => undefined);
    else writer.icmp(isIpv4 ? 8 : 128, 0, port * 65536 + 1);
  });
  writer.end();
  const { frame } = writer;
  if (vpc.port.process("out", frame) !== Verdict.Modified) return undefined;
  const at = frame.start + ENCAP_LEN + 14 + (isIpv4 ? 20 : 40) + PORT_AT[protocol];
  return (frame.bytes[at] ?? 0) * 256 + (frame.bytes[at + 1] ?? 0);
}
