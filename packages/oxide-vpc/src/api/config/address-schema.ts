// Schemas of addresses and what else is one word of text.

import {
  DomainName,
  IpAddr,
  IpCidr,
  Ipv4Addr,
  Ipv4Cidr,
  Ipv6Addr,
  Ipv6Cidr,
  MacAddr,
  MulticastUnderlay,
  Vni,
} from "opte-api";
import * as v from "valibot";
import { Uuid } from "../uuid.js";
import { integerSchema, textSchema } from "./text-schema.js";

const IPV4 = "([0-9]{1,3}\\.){3}[0-9]{1,3}";
const IPV6 = "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";
const LENGTH = "/[0-9]{1,3}";

export const ipv4Schema: v.GenericSchema<unknown, Ipv4Addr> = textSchema((text) => Ipv4Addr.parse(text), {
  description: "IPv4 address",
  pattern: `^${IPV4}$`,
});

export const ipv6Schema: v.GenericSchema<unknown, Ipv6Addr> = textSchema((text) => Ipv6Addr.parse(text), {
  description: "IPv6 address",
  pattern: `^${IPV6}$`,
});

export const ipSchema: v.GenericSchema<unknown, IpAddr> = textSchema((text) => IpAddr.parse(text), {
  description: "IPv4 or IPv6 address",
  pattern: `^(${IPV4}|${IPV6})$`,
});

export const ipv4CidrSchema: v.GenericSchema<unknown, Ipv4Cidr> = textSchema((text) => Ipv4Cidr.parse(text), {
  description: "IPv4 prefix, such as 10.0.0.0/8; host bits do not count",
  pattern: `^${IPV4}${LENGTH}$`,
});

export const ipv6CidrSchema: v.GenericSchema<unknown, Ipv6Cidr> = textSchema((text) => Ipv6Cidr.parse(text), {
  description: "IPv6 prefix, such as fd00::/8; host bits do not count",
  pattern: `^${IPV6}${LENGTH}$`,
});

export const cidrSchema: v.GenericSchema<unknown, IpCidr> = textSchema((text) => IpCidr.parse(text), {
  description: "IPv4 or IPv6 prefix, such as 10.0.0.0/8; host bits do not count",
  pattern: `^(${IPV4}|${IPV6})${LENGTH}$`,
});

export const macSchema: v.GenericSchema<unknown, MacAddr> = textSchema((text) => MacAddr.parse(text), {
  description: "MAC address, such as A8:40:25:FF:77:77",
  pattern: "^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$",
});

export const multicastUnderlaySchema: v.GenericSchema<unknown, MulticastUnderlay> = textSchema(
  (text) => MulticastUnderlay.parse(text),
  { description: "IPv6 group in ff04::/16", pattern: "^[fF][fF]04:" },
);

export const domainNameSchema: v.GenericSchema<unknown, DomainName> = textSchema((text) => DomainName.parse(text), {
  description: "Domain name of 1 to 253 bytes, its labels of 1 to 63 bytes",
  pattern: "^[^.]",
});

export const uuidSchema: v.GenericSchema<unknown, Uuid> = textSchema((text) => Uuid.parse(text), {
  description: "UUID",
  pattern: "[0-9a-fA-F]{8}",
});

/** JSON writes it as a number. */
export const vniSchema: v.GenericSchema<unknown, Vni> = v.pipe(
  integerSchema(0, Vni.MAX),
  v.metadata({ description: "Virtual network identifier" }),
  v.transform((value) => Vni.of(value)),
);
