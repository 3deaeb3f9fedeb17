// Schemas of the commands that map overlay addresses to the underlay (spec 05 §4, §5).

import { type Ipv4Cidr, type Ipv6Cidr, Ipv6Addr } from "opte-api";
import {
  ipAddr,
  ipCidr,
  ipv4Addr,
  ipv4Cidr,
  ipv6Addr,
  ipv6Cidr,
  list,
  macAddr,
  multicastUnderlay,
  pair,
  type Schema,
  sortedSet,
  struct,
  vni,
} from "opte-api/codec";
import type {
  DumpMcast2PhysResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
  SetMcast2PhysReq,
  SetVirt2BoundaryReq,
  SetVirt2PhysReq,
  VpcMapResp,
} from "../mapping-requests.js";
import type { GuestPhysAddr, PhysNet, TunnelEndpoint } from "../phys-net.js";
