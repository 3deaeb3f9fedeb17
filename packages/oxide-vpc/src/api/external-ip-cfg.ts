// The external addresses of a port, of one address family (spec 04 §2.1, §6).

import type { IpAddr, Ipv4Addr, Ipv6Addr, PortRange } from "opte-api";
import type { Uuid } from "./uuid.js";

/** External addresses; all of them may be absent. A flow out uses a floating address, else the ephemeral one, else SNAT. */
export interface ExternalIpCfg<Ip extends IpAddr> {
  readonly snat?: SnatCfg<Ip>;
  readonly ephemeralIp?: Ip;
  /** The hash of a flow chooses among several, so their order counts. */
  readonly floatingIps: readonly Ip[];
}

/** An address that is shared with others, each of which has a range of its ports. */
export interface SnatCfg<Ip extends IpAddr> {
  readonly externalIp: Ip;
  readonly ports: PortRange;
}

export type ExternalIpv4Cfg = ExternalIpCfg<Ipv4Addr>;
export type ExternalIpv6Cfg = ExternalIpCfg<Ipv6Addr>;

/** No external address. */
export const NO_EXTERNAL_IPS: ExternalIpCfg<never> = { floatingIps: [] };

/**
 * The internet gateways that external addresses belong to. An address that is not listed belongs to the gateway without UUID; one listed
 * with an empty set to none.
 */
export type InternetGatewayMap = readonly (readonly [ip: IpAddr, gateways: readonly Uuid[]])[];
