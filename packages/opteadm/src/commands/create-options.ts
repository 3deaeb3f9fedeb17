// What `create-xde` makes of its options: the configuration of a port.

import {
  type DomainName,
  type IpAddr,
  type IpCidr,
  type Ipv4Addr,
  type Ipv4Cidr,
  type Ipv6Addr,
  type Ipv6Cidr,
  type MacAddr,
  type Vni,
} from "opte-api";
import { type ExternalIpCfg, IpCfg, type IpFamilyCfg, NO_EXTERNAL_IPS, type VpcCfg } from "oxide-vpc/api";
import { UserError } from "xde-binding/program";
import { externalIpv4, externalIpv6, type ExternalOptions } from "./external-options.js";

/** What commander hands over. */
export interface CreateOptions extends ExternalOptions {
  readonly guestMac: MacAddr;
  readonly privateIp: readonly IpAddr[];
  readonly vpcSubnet: readonly IpCidr[];
  readonly gatewayMac: MacAddr;
  readonly gatewayIp: readonly IpAddr[];
  readonly vpcVni: Vni;
  readonly srcUnderlayAddr: Ipv6Addr;
  readonly mtu?: number;
  readonly hostname?: DomainName;
  readonly hostDomain?: DomainName;
  readonly dnsServers: readonly IpAddr[];
  readonly domainSearchList: readonly DomainName[];
}

/** @throws UserError if a family has some of its parts only */
export function vpcCfg(options: CreateOptions): VpcCfg {
  const ipv4 = familyCfg<Ipv4Addr, Ipv4Cidr>(options, 4, isIpv4, isIpv4Cidr, externalIpv4(options));
  const ipv6 = familyCfg<Ipv6Addr, Ipv6Cidr>(options, 6, isIpv6, isIpv6Cidr, externalIpv6(options));
  const ipCfg = IpCfg.of(ipv4, ipv6);
  if (ipCfg === undefined) throw new UserError("A port needs a private address");
  const { guestMac, gatewayMac, vpcVni, srcUnderlayAddr, hostname, hostDomain, dnsServers, domainSearchList } = options;
  return {
    ipCfg,
    guestMac,
    gatewayMac,
    vni: vpcVni,
    physIp: srcUnderlayAddr,
    dhcp: {
      ...(hostname === undefined ? {} : { hostname }),
      ...(hostDomain === undefined ? {} : { hostDomain }),
      domainSearchList,
      dns4Servers: dnsServers.filter(isIpv4),
      dns6Servers: dnsServers.filter(isIpv6),
    },
  };
}

/** The addresses of one family; `undefined` if there is no private one. */
function familyCfg<Ip extends IpAddr, Cidr extends IpCidr>(
  { privateIp: privateIps, vpcSubnet: subnets, gatewayIp: gateways }: CreateOptions,
  family: 4 | 6,
  isIp: (ip: IpAddr) => ip is Ip,
  isCidr: (cidr: IpCidr) => cidr is Cidr,
  externalIps: ExternalIpCfg<Ip> | undefined,
): IpFamilyCfg<Ip, Cidr> | undefined {
  const privateIp = privateIps.find(isIp);
  const vpcSubnet = subnets.find(isCidr);
  const gatewayIp = gateways.find(isIp);
  if (privateIp === undefined && vpcSubnet === undefined && gatewayIp === undefined && externalIps === undefined) {
    return undefined;
  }
  if (privateIp === undefined) throw incomplete(family, "--private-ip");
  if (vpcSubnet === undefined) throw incomplete(family, "--vpc-subnet");
  if (gatewayIp === undefined) throw incomplete(family, "--gateway-ip");
  return {
    vpcSubnet,
    privateIp,
    gatewayIp,
    externalIps: externalIps ?? NO_EXTERNAL_IPS,
    attachedSubnets: [],
    transitIps: [],
  };
}

function incomplete(family: 4 | 6, option: string): UserError {
  return new UserError(`There are IPv${family} addresses, but ${option} is not given for IPv${family}`);
}

function isIpv4(ip: IpAddr): ip is Ipv4Addr {
  return ip.family === 4;
}

function isIpv6(ip: IpAddr): ip is Ipv6Addr {
  return ip.family === 6;
}

function isIpv4Cidr(cidr: IpCidr): cidr is Ipv4Cidr {
  return cidr.family === 4;
}

function isIpv6Cidr(cidr: IpCidr): cidr is Ipv6Cidr {
  return cidr.family === 6;
}
