// The options that say a port's external addresses, of either family or of both.

import { IpAddr, type Ipv4Addr, type Ipv6Addr, PortNumber, PortRange } from "opte-api";
import type { ExternalIpCfg } from "oxide-vpc/api";
import type { Subcommand } from "../grammar/subcommand.js";
import { numberUpTo, oncePerFamily, several } from "../grammar/values.js";

/** What commander hands over of them. */
export interface ExternalOptions {
  readonly snatIp: readonly IpAddr[];
  readonly snatStart?: number;
  readonly snatEnd?: number;
  readonly ephemeralIp: readonly IpAddr[];
  readonly floatingIp: readonly IpAddr[];
}

/** Adds them. */
export function withExternalIps(subcommand: Subcommand): Subcommand {
  return subcommand
    .collects("--snat-ip <SNAT_IP>", "address shared with others; once a family", oncePerFamily(IpAddr.parse))
    .takes("--snat-start <SNAT_START>", "first port of it that is ours", numberUpTo(PortNumber.MAX))
    .takes("--snat-end <SNAT_END>", "last port of it that is ours", numberUpTo(PortNumber.MAX))
    .allOrNone("--snat-ip", "--snat-start", "--snat-end")
    .collects("--ephemeral-ip <EPHEMERAL_IP>", "address of our own; once a family", oncePerFamily(IpAddr.parse))
    .collects("--floating-ip <FLOATING_IP>", "floating address; may be given several times", several(IpAddr.parse));
}

/** The external IPv4 addresses, `undefined` if there are none. */
export function externalIpv4(options: ExternalOptions): ExternalIpCfg<Ipv4Addr> | undefined {
  return externalIps(options, (ip): ip is Ipv4Addr => ip.family === 4);
}

/** The external IPv6 addresses, `undefined` if there are none. */
export function externalIpv6(options: ExternalOptions): ExternalIpCfg<Ipv6Addr> | undefined {
  return externalIps(options, (ip): ip is Ipv6Addr => ip.family === 6);
}

function externalIps<Ip extends IpAddr>(
  { snatIp, snatStart = 0, snatEnd = 0, ephemeralIp: ephemeral, floatingIp }: ExternalOptions,
  isOurs: (ip: IpAddr) => ip is Ip,
): ExternalIpCfg<Ip> | undefined {
  const externalIp = snatIp.find(isOurs);
  const ephemeralIp = ephemeral.find(isOurs);
  const floatingIps = floatingIp.filter(isOurs);
  if (externalIp === undefined && ephemeralIp === undefined && floatingIps.length === 0) return undefined;
  return {
    ...(externalIp === undefined ? {} : { snat: { externalIp, ports: new PortRange(snatStart, snatEnd) } }),
    ...(ephemeralIp === undefined ? {} : { ephemeralIp }),
    floatingIps,
  };
}
