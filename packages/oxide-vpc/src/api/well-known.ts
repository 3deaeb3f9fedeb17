// Numbers and addresses that every part of the rack agrees on (spec 04 §1).

import { MacAddr, Vni } from "opte-api";

/** MAC address that virtual gateways use. */
export const GATEWAY_MAC: MacAddr = MacAddr.parse("A8:40:25:FF:77:77");

/** Inner destination MAC address of packets to boundary services. */
export const BOUNDARY_MAC: MacAddr = MacAddr.parse("A8:40:25:77:77:77");

/** VNI of boundary services, which connect VPCs with the outside. */
export const BOUNDARY_SERVICES_VNI: Vni = Vni.of(99);

/** The one VNI of multicast traffic. */
export const MULTICAST_VNI: Vni = Vni.of(77);

/** MTU of a port that does not say otherwise, in bytes. */
export const DEFAULT_MTU: number = 1500;
