// Mappings of a large sled: 1,000,000 guests in 10,000 VPCs, 100,000 prefixes to boundary services.
//
// A loop of its own, without a floor beside it: the figures that matter here are memory and the longest single call, in which the growth of
// a table or the collection of garbage would show.

import { type IpAddr, type IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr, Vni } from "opte-api";
import { Virt2Boundary, Virt2Phys } from "oxide-vpc";
import type { PhysNet, TunnelEndpoint } from "oxide-vpc/api";
import type { CaseGroup } from "../harness/case-group.ts";
import type { Row, Unit } from "../harness/row.ts";
import { sampleRow, usedBytes } from "../harness/samples.ts";

const VPCS = 10_000;
const GUESTS = 1_000_000;
const PREFIXES = 100_000;
const LOOK_UPS = 1_000_000;
const CHANGES = 200_000;
const ROUNDS = 3;

/** What one mapping takes. */
interface Figures {
  readonly entries: number;
  readonly buildMs: number;
  readonly bytesAnEntry: number;
  readonly lookUpNs: Readonly<Record<string, number>>;
  readonly longestLoadMs: number;
  readonly longestChangeMs: number;
}

export const mappingGroup: CaseGroup = {
  name: "mapping",
  isLong: true,
  *run(options) {
    const mappings = [
      ["v2p", benchVirt2Phys],
      ["v2b-ipv4", () => benchVirt2Boundary(4)],
      ["v2b-ipv6", () => benchVirt2Boundary(6)],
    ] as const;
    for (const [kind, bench] of mappings) {
      if (options.wants(`mapping/${kind}`)) yield* mappingRows(`mapping/${kind}`, bench, options.isQuick ? 1 : ROUNDS);
    }
  },
};

function* mappingRows(name: string, bench: () => Figures, count: number): Generator<Row, void, undefined> {
  const rounds = Array.from({ length: count }, bench);
  const entries = rounds[0]?.entries ?? 0;
  const row = (what: string, unit: Unit, figure: (round: Figures) => number): Row =>
    sampleRow(`${name}/${what}/${entries}`, unit, rounds.map(figure));
  for (const what of Object.keys(rounds[0]?.lookUpNs ?? {})) {
    yield row(`look-up-${what}`, "ns", ({ lookUpNs }) => lookUpNs[what] ?? 0);
  }
  yield row("build", "ms", ({ buildMs }) => buildMs);
  yield row("entry", "bytes", ({ bytesAnEntry }) => bytesAnEntry);
  yield row("longest-load", "ms", ({ longestLoadMs }) => longestLoadMs);
  yield row("longest-change", "ms", ({ longestChangeMs }) => longestChangeMs);
}

/** Every VPC has the same private IPv4 addresses and IPv6 addresses of its own, half of the guests each; they come in no order. */
function benchVirt2Phys(): Figures {
  const before = usedBytes();
  const v2p = new Virt2Phys();
  const shuffled = permutation(GUESTS);
  const load = timed(GUESTS, (i) => v2p.set(addressOf(shuffled(i)), physOf(shuffled(i), 0)));
  const bytesAnEntry = (usedBytes() - before) / GUESTS;
  const random = generator(7);
  const get = timed(LOOK_UPS, () => {
    const guest = random() % GUESTS;
    return v2p.get(vniOf(guest), addressOf(guest));
  });
  const lowest = timed(LOOK_UPS, () => v2p.lowestVni(addressOf(random() % GUESTS)));
  const change = timed(CHANGES, (i) => {
    const guest = random() % GUESTS;
    if (i % 2 === 0) v2p.remove(vniOf(guest), addressOf(guest));
    else v2p.set(addressOf(guest), physOf(guest, 1));
  });
  const overhead = timed(LOOK_UPS, () => vniOf(random() % GUESTS) + addressOf(random() % GUESTS).family).meanNs;
  return {
    entries: GUESTS,
    buildMs: load.totalMs,
    bytesAnEntry,
    lookUpNs: { guest: get.meanNs - overhead, vpc: lowest.meanNs - overhead },
    longestLoadMs: load.longestMs,
    longestChangeMs: change.longestMs,
  };
}

/** Lengths as routing tables have them: most IPv4 prefixes are /24, most IPv6 prefixes /48. */
function benchVirt2Boundary(family: 4 | 6): Figures {
  const before = usedBytes();
  const v2b = new Virt2Boundary();
  const load = timed(PREFIXES, (i) => v2b.add(prefixOf(family, i), endpointsOf(i)));
  const bytesAnEntry = (usedBytes() - before) / PREFIXES;
  const random = generator(9);
  const destination = (): IpAddr => within(prefixOf(family, random() % PREFIXES), random());
  const lookUp = timed(LOOK_UPS, () => v2b.lookUp(destination()));
  const change = timed(CHANGES, (i) => {
    const at = random() % PREFIXES;
    if (i % 2 === 0) v2b.remove(prefixOf(family, at), endpointsOf(at));
    else v2b.add(prefixOf(family, at), endpointsOf(at));
  });
  const overhead = timed(LOOK_UPS, destination).meanNs;
  return {
    entries: PREFIXES,
    buildMs: load.totalMs,
    bytesAnEntry,
    lookUpNs: { destination: lookUp.meanNs - overhead },
    longestLoadMs: load.longestMs,
    longestChangeMs: change.longestMs,
  };
}

/** Calls `step` and takes the time of each call, that of taking it included. */
function timed(
  count: number,
  step: (i: number) => unknown,
): { readonly totalMs: number; readonly meanNs: number; readonly longestMs: number } {
  let longestMs = 0;
  const start = performance.now();
  let last = start;
  for (let i = 0; i < count; i++) {
    step(i);
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  }
  const totalMs = last - start;
  return { totalMs, meanNs: (totalMs * 1e6) / count, longestMs };
}

function vniOf(guest: number): Vni {
  return Vni.of(1000 + (guest % VPCS));
}

function addressOf(guest: number): IpAddr {
  const host = Math.floor(guest / VPCS);
  return host % 2 === 0
    ? Ipv4Addr.fromNumber(0xac1e0000 + host)
    : Ipv6Addr.fromWords(0xfd000000 + (guest % VPCS), 0, 0, host);
}

function physOf(guest: number, round: number): PhysNet {
  return {
    ether: MacAddr.fromWords(0xa840, 0x25000000 + guest),
    ip: Ipv6Addr.fromWords(0xfd001122, (guest % 1024) << 16, round, 1),
    vni: vniOf(guest),
  };
}

function prefixOf(family: 4 | 6, i: number): IpCidr {
  const random = generator(i + 1);
  const shape = random() % 10;
  if (family === 4) {
    return new Ipv4Cidr(Ipv4Addr.fromNumber(random()), shape < 6 ? 24 : 16 + (random() % 9));
  }
  const len = shape < 6 ? 48 : 29 + (random() % 36);
  return new Ipv6Cidr(Ipv6Addr.fromWords(0x20000000 + (random() >>> 4), random(), 0, 0), len);
}

function within(prefix: IpCidr, host: number): IpAddr {
  if (prefix.family === 4) {
    return Ipv4Addr.fromNumber((prefix.network.value | (host & (0xffffffff >>> prefix.prefixLen))) >>> 0);
  }
  const [a, b] = prefix.network.words;
  return Ipv6Addr.fromWords(a, b, host, host);
}

function endpointsOf(i: number): TunnelEndpoint[] {
  return Array.from({ length: 1 + (i % 3) }, (_, n) => ({
    ip: Ipv6Addr.fromWords(0xfd000099, 0, 0, 1 + ((i + n) % 64)),
    vni: Vni.of(99),
  }));
}

/** A permutation of 0 to count - 1, by a step that has no divisor in common with it. */
function permutation(count: number): (i: number) => number {
  return (i) => (i * 618_033) % count;
}

/** Repeatable random 32-bit numbers (xorshift32). */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
