// Few addresses that everything of one configuration is made from, so that packets, rules, routes and mappings meet.

import { type IpAddr, type IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import type { Random } from "../random.js";

/** Addresses of one family by what they are to the port. */
export interface AddressPool<Ip extends IpAddr, Cidr extends IpCidr> {
  readonly own: Ip;
  readonly gateway: Ip;
  readonly subnet: Cidr;
  /** Neighbours in the subnet. */
  readonly peers: readonly Ip[];
  /** The port's public addresses, those that it may get, and those of SNAT. */
  readonly external: readonly Ip[];
  /** The rest of the world. */
  readonly outside: readonly Ip[];
  readonly groups: readonly Ip[];
  /** Addresses that nobody should have. */
  readonly special: readonly Ip[];
  /** A prefix of any length around some address of the pool. */
  readonly cidr: (random: Random) => Cidr;
}

export type Ipv4Pool = AddressPool<Ipv4Addr, Ipv4Cidr>;
export type Ipv6Pool = AddressPool<Ipv6Addr, Ipv6Cidr>;

export function ipv4Pool(random: Random): Ipv4Pool {
  const net = 0x0a000000 + random.below(0x10000) * 256;
  const ip = (value: number): Ipv4Addr => Ipv4Addr.fromNumber(value);
  const own = ip(net + 5 + random.below(200));
  const addresses = {
    own,
    gateway: ip(net + 1),
    subnet: new Ipv4Cidr(own, 22 + random.below(4)),
    peers: [ip(net + 2), ip(net + 3), ip(net + 250)],
    external: [0, 1, 2, 3, 4].map((i) => ip(0xcb007100 + random.below(8) * 16 + i)),
    outside: [ip(0x08080808), ip(0x01000000 + random.below(0xffffff)), ip(net ^ 0x100)],
    groups: [ip(0xe0010203), ip(0xe0000001), ip(0xef000000 + random.below(0x10000))],
    special: [Ipv4Addr.ANY, Ipv4Addr.LOCALHOST, Ipv4Addr.BROADCAST, ip(0xa9fe0001)],
  };
  const all = everyAddress(addresses);
  const lengths = [32, 32, 31, 28, 24, 24, 16, 8, 4, 0];
  return { ...addresses, cidr: (from) => new Ipv4Cidr(from.of(all), from.of(lengths)) };
}

export function ipv6Pool(random: Random): Ipv6Pool {
  const net = 0xfd000000 + random.below(0x10000);
  const ip = (host: number): Ipv6Addr => Ipv6Addr.fromWords(net, 0, 0, host);
  const own = ip(5 + random.below(200));
  const addresses = {
    own,
    gateway: ip(1),
    subnet: new Ipv6Cidr(own, 56 + random.below(9)),
    peers: [ip(2), ip(3), Ipv6Addr.fromWords(net, 0, 7, 7)],
    external: [0, 1, 2, 3, 4].map((i) => Ipv6Addr.fromWords(0x20010db8, random.below(4), 0, i)),
    outside: [
      Ipv6Addr.parse("2001:4860::8888"),
      Ipv6Addr.fromWords(0x20020000 + random.below(99), 0, 0, 1),
      ip(0x10001),
    ],
    groups: [Ipv6Addr.parse("ff0e::1:3"), Ipv6Addr.parse("ff04::77"), Ipv6Addr.ALL_NODES],
    special: [Ipv6Addr.ANY, Ipv6Addr.LOCALHOST, Ipv6Addr.parse("fe80::1"), Ipv6Addr.parse("::ffff:10.0.0.1")],
  };
  const all = everyAddress(addresses);
  const lengths = [128, 128, 127, 124, 96, 64, 64, 48, 32, 8, 0];
  return { ...addresses, cidr: (from) => new Ipv6Cidr(from.of(all), from.of(lengths)) };
}

/** All addresses of a pool. */
export function everyAddress<Ip extends IpAddr>(
  pool: Pick<AddressPool<Ip, IpCidr>, "own" | "gateway" | "peers" | "external" | "outside" | "groups" | "special">,
): readonly Ip[] {
  const { own, gateway, peers, external, outside, groups, special } = pool;
  return [own, gateway, ...peers, ...external, ...outside, ...groups, ...special];
}
