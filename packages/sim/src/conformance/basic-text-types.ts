// The types of text.jsonl that opte-api reads, by their names there.

import {
  Direction,
  DomainName,
  IpAddr,
  IpCidr,
  IpProtocol,
  Ipv4Addr,
  Ipv4Cidr,
  Ipv6Addr,
  Ipv6Cidr,
  MacAddr,
  MulticastUnderlay,
  Vni,
} from "opte-api";
import { hexBytes, hexText } from "./hex.js";
import { fromText, type TextType, type TextValue } from "./text-type.js";

/** Addresses and basic types. */
export const BASIC_TEXT_TYPES: Readonly<Record<string, TextType>> = {
  mac: fromText((text) => {
    const mac = MacAddr.parse(text);
    return { canonical: mac.toString(), fields: { bytes: hexText(mac.bytes), is_group: mac.isMulticast } };
  }),
  ipv4: fromText((text) => address(Ipv4Addr.parse(text))),
  ipv6: fromText((text) => address(Ipv6Addr.parse(text))),
  ip: fromText((text) => {
    const ip = IpAddr.parse(text);
    return { canonical: ip.toString(), fields: { family: ip.family, bytes: hexText(ip.bytes) } };
  }),
  ipv4_cidr: fromText((text) => cidr(Ipv4Cidr.parse(text))),
  ipv6_cidr: fromText((text) => cidr(Ipv6Cidr.parse(text))),
  ip_cidr: fromText((text) => {
    const value = IpCidr.parse(text);
    const { canonical, fields } = cidr(value);
    return { canonical, fields: { family: value.family, ...fields } };
  }),
  vni: fromText((text) => {
    const vni = Vni.parse(text);
    return { canonical: String(vni), fields: { value: vni, bytes: hexText(Vni.toBytes(vni)) } };
  }),
  direction: fromText((text) => {
    const direction = Direction.parse(text);
    return { canonical: Direction.format(direction), fields: { value: direction } };
  }),
  domain_name: fromText((text) => domainName(DomainName.parse(text))),
  domain_name_decode: fromText((text) => domainName(DomainName.fromBytes(hexBytes(text) ?? new Uint8Array()))),
  protocol_number: fromText((text) => ({ canonical: IpProtocol.format(Number(text)), fields: {} })),
  multicast_underlay: fromText((text) => address(MulticastUnderlay.parse(text))),
};

function address(value: { readonly bytes: Uint8Array; toString(): string }): TextValue {
  return { canonical: value.toString(), fields: { bytes: hexText(value.bytes) } };
}

function cidr(value: Ipv4Cidr | Ipv6Cidr): TextValue {
  const { network, prefixLen } = value;
  return {
    canonical: value.toString(),
    fields: { network: network.toString(), prefix_len: prefixLen, bytes: hexText(network.bytes) },
  };
}

function domainName(name: DomainName): TextValue {
  return { canonical: name.toString(), fields: { encoded: hexText(name.encoded) } };
}
