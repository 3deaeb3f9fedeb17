// Changes to the addresses of a port: each makes a new configuration of an old one, or refuses (spec 04 §6.4, §7).

import { type Direction, IpAddr, IpCidr, OpteError } from "opte-api";
import {
  type ExternalIpCfg,
  type ExternalIpv4Cfg,
  type ExternalIpv6Cfg,
  IpCfg,
  type IpFamilyCfg,
  NO_EXTERNAL_IPS,
  type TransitIp,
} from "./api/model.js";

/**
 * Gives each family these external addresses, and none where they are absent.
 *
 * @throws OpteError `InvalidIpCfg` if they are of a family that the port has not
 */
export function withExternalIps(ipCfg: IpCfg, v4: ExternalIpv4Cfg | undefined, v6: ExternalIpv6Cfg | undefined): IpCfg {
  const { ipv4, ipv6 } = ipCfg;
  if ((v4 !== undefined && ipv4 === undefined) || (v6 !== undefined && ipv6 === undefined)) throw invalidIpCfg();
  return (
    IpCfg.of(
      ipv4 && { ...ipv4, externalIps: v4 ?? NO_EXTERNAL_IPS },
      ipv6 && { ...ipv6, externalIps: v6 ?? NO_EXTERNAL_IPS },
    ) ?? ipCfg
  );
}

/** Lets a CIDR pass in one direction. @throws OpteError `InvalidIpCfg` */
export function withCidrAllowed(ipCfg: IpCfg, cidr: IpCidr, dir: Direction): IpCfg {
  const allow = <Cidr extends IpCidr>({ transitIps }: CidrLists<Cidr>, at: Cidr): Partial<CidrLists<Cidr>> => {
    const known = find(transitIps, at) ?? { cidr: at, allowIn: false, allowOut: false };
    return { transitIps: withEntry(transitIps, withDirection(known, dir, true)) };
  };
  return changeCidr(ipCfg, cidr, allow) ?? ipCfg;
}

/**
 * Lets a CIDR pass no more in one direction, and forgets it when neither is left.
 *
 * @returns `undefined` if the CIDR is not known
 * @throws OpteError `InvalidIpCfg`
 */
export function withCidrRemoved(ipCfg: IpCfg, cidr: IpCidr, dir: Direction): IpCfg | undefined {
  return changeCidr(ipCfg, cidr, ({ transitIps }, at) => {
    const known = find(transitIps, at);
    if (known === undefined) return undefined;
    const rest = withDirection(known, dir, false);
    return {
      transitIps: rest.allowIn || rest.allowOut ? withEntry(transitIps, rest) : withoutEntry(transitIps, at),
    };
  });
}

/**
 * Attaches a subnet.
 *
 * @returns `undefined` if it is attached so already
 * @throws OpteError `InvalidIpCfg`
 */
export function withSubnetAttached(ipCfg: IpCfg, cidr: IpCidr, isExternal: boolean): IpCfg | undefined {
  return changeCidr(ipCfg, cidr, ({ attachedSubnets }, at) => {
    if (find(attachedSubnets, at)?.isExternal === isExternal) return undefined;
    return { attachedSubnets: withEntry(attachedSubnets, { cidr: at, isExternal }) };
  });
}

/**
 * Detaches a subnet.
 *
 * @returns `undefined` if it is not attached
 * @throws OpteError `InvalidIpCfg`
 */
export function withSubnetDetached(ipCfg: IpCfg, cidr: IpCidr): IpCfg | undefined {
  return changeCidr(ipCfg, cidr, ({ attachedSubnets }, at) =>
    find(attachedSubnets, at) === undefined ? undefined : { attachedSubnets: withoutEntry(attachedSubnets, at) },
  );
}

/** Whether an external address is the port's own, so that a flow may go on using it. Shared addresses are not. */
export function hasOwnExternalIp({ ipv4, ipv6 }: IpCfg, ip: IpAddr): boolean {
  const externalIps: ExternalIpCfg<IpAddr> | undefined = (ip.family === 4 ? ipv4 : ipv6)?.externalIps;
  if (externalIps === undefined) return false;
  const { ephemeralIp, floatingIps } = externalIps;
  return [ephemeralIp, ...floatingIps].some((own) => own !== undefined && IpAddr.equals(own, ip));
}

/** What a family's configuration says of CIDRs; both lists are sorted. */
type CidrLists<Cidr extends IpCidr> = Pick<IpFamilyCfg<IpAddr, Cidr>, "attachedSubnets" | "transitIps">;

/** Changes the lists of one family; `undefined` where there is nothing to change. */
type CidrChange = <Cidr extends IpCidr>(lists: CidrLists<Cidr>, cidr: Cidr) => Partial<CidrLists<Cidr>> | undefined;

function changeCidr(ipCfg: IpCfg, cidr: IpCidr, change: CidrChange): IpCfg | undefined {
  const { ipv4, ipv6 } = ipCfg;
  if (cidr.family === 4) {
    if (ipv4 === undefined) throw invalidIpCfg();
    const changed = change(ipv4, cidr);
    return changed && IpCfg.of({ ...ipv4, ...changed }, ipv6);
  }
  if (ipv6 === undefined) throw invalidIpCfg();
  const changed = change(ipv6, cidr);
  return changed && IpCfg.of(ipv4, { ...ipv6, ...changed });
}

function withDirection<Cidr extends IpCidr>(entry: TransitIp<Cidr>, dir: Direction, allow: boolean): TransitIp<Cidr> {
  return dir === "in" ? { ...entry, allowIn: allow } : { ...entry, allowOut: allow };
}

function find<Entry extends { readonly cidr: IpCidr }>(entries: readonly Entry[], cidr: IpCidr): Entry | undefined {
  return entries.find((entry) => IpCidr.equals(entry.cidr, cidr));
}

function withEntry<Entry extends { readonly cidr: IpCidr }>(entries: readonly Entry[], entry: Entry): Entry[] {
  return [...withoutEntry(entries, entry.cidr), entry].toSorted((a, b) => IpCidr.compare(a.cidr, b.cidr));
}

function withoutEntry<Entry extends { readonly cidr: IpCidr }>(entries: readonly Entry[], cidr: IpCidr): Entry[] {
  return entries.filter((entry) => !IpCidr.equals(entry.cidr, cidr));
}

function invalidIpCfg(): OpteError {
  return new OpteError({ kind: "InvalidIpCfg" });
}
