// Arbitrary frames and header transformations for property tests.

import fc from "fast-check";
import { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import type {
  EtherFields,
  EtherHeader,
  GeneveHeader,
  HeaderTransform,
  IpFields,
  IpHeader,
  UlpFields,
} from "../src/transform/header-transform.js";
import type { InnerSpec, OuterSpec } from "./frames.js";

const u8: fc.Arbitrary<number> = fc.oneof(fc.nat(0xff), fc.constantFrom(0, 0xff));
const u16: fc.Arbitrary<number> = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 1, 0xfffe, 0xffff));

function bytes(length: number): fc.Arbitrary<Uint8Array> {
  return fc.array(u8, { minLength: length, maxLength: length }).map((values) => Uint8Array.from(values));
}

const ICMP_INFO: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0x0800, 0x0000, 0x8000, 0x8100, 0x0801, 0x8101, 0x0300),
  u16,
);

const EXTENSIONS: InnerSpec["extensions"][] = [
  [],
  [],
  [[0, 0]],
  [[60, 1]],
  [[44, 0]],
  [
    [0, 0],
    [43, 2],
    [44, 0],
  ],
  [[254, 0]],
];

/** A well-formed guest's frame of any kind, also with wrong or absent checksums. */
export const anyInner: fc.Arbitrary<InnerSpec> = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.constantFrom(6, 17, 1, 58))
  .chain(([version, proto]) =>
    fc.record({
      version: fc.constant(version),
      proto: fc.constant(proto),
      src: bytes(version === 4 ? 4 : 16),
      dst: bytes(version === 4 ? 4 : 16),
      info: fc.tuple(proto === 1 || proto === 58 ? ICMP_INFO : u16, u16),
      tcpFlags: u8,
      ipOptions: fc.constantFrom(0, 0, 1, 10),
      extensions: fc.constantFrom(...EXTENSIONS),
      tcpOptions: fc.constantFrom(0, 0, 3, 10),
      body: fc.uint8Array({ maxLength: 40 }),
      padding: fc.constantFrom(0, 0, 6, 7),
      checksumError: fc.oneof(fc.constant(0), u16),
      noChecksum: fc.constantFrom(false, false, true),
    }),
  );

/** Well-formed outer headers, with what our own encapsulation never has. */
export const anyOuter: fc.Arbitrary<OuterSpec> = fc.record({
  extensions: fc.constantFrom(...EXTENSIONS),
  dscpEcn: fc.oneof(u8, fc.constant(3)),
  entropy: u16,
  vni: fc.nat(0xffffff),
  flags: fc.constant(0),
  options: fc.array(fc.record({ class: u16, type: fc.nat(0x7f), words: fc.nat(3) }), { maxLength: 3 }),
});

const mac: fc.Arbitrary<MacAddr> = bytes(6).map((value) => MacAddr.fromBytes(value));
const ipv4: fc.Arbitrary<Ipv4Addr> = bytes(4).map((value) => Ipv4Addr.fromBytes(value));
const ipv6: fc.Arbitrary<Ipv6Addr> = bytes(16).map((value) => Ipv6Addr.fromBytes(value));
const proto: fc.Arbitrary<number> = fc.constantFrom(1, 6, 17, 58, 99);

/** For records with any subset of their members. */
const SOME: { requiredKeys: [] } = { requiredKeys: [] };

const etherFields: fc.Arbitrary<EtherFields> = fc.record({ src: mac, dst: mac }, SOME);
const ulpFields: fc.Arbitrary<UlpFields> = fc.record({ srcPort: u16, dstPort: u16, tcpFlags: u8, icmpId: u16 }, SOME);

function ipFields(version: 4 | 6): fc.Arbitrary<IpFields> {
  return version === 4
    ? fc.record({ src: ipv4, dst: ipv4, protocol: proto }, SOME).map((fields) => ({ version, ...fields }))
    : fc.record({ src: ipv6, dst: ipv6, protocol: proto }, SOME).map((fields) => ({ version, ...fields }));
}

const etherHeader: fc.Arbitrary<EtherHeader> = fc.record({
  dst: mac,
  src: mac,
  etherType: fc.constantFrom(0x86dd, 0x0800),
});

const ipHeader: fc.Arbitrary<IpHeader> = fc.oneof(
  fc.record({ version: fc.constant(4 as const), src: ipv4, dst: ipv4, protocol: proto, flags: fc.nat(7) }),
  fc.record({
    version: fc.constant(6 as const),
    src: ipv6,
    dst: ipv6,
    protocol: proto,
    extensions: fc.array(
      fc.record({
        kind: fc.constant("destinationOptions" as const),
        options: fc.array(
          fc.record({ type: fc.integer({ min: 1, max: 255 }), data: fc.uint8Array({ maxLength: 9 }) }),
          {
            maxLength: 2,
          },
        ),
      }),
      { maxLength: 2 },
    ),
  }),
);

const geneveHeader: fc.Arbitrary<GeneveHeader> = fc.record({
  entropy: u16,
  vni: fc.nat(0xffffff).map((value) => Vni.of(value)),
  options: fc.array(fc.record({ class: u16, type: u8, data: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 2 }),
});

function push<Header>(header: fc.Arbitrary<Header>): fc.Arbitrary<{ kind: "push"; header: Header }> {
  return header.map((value) => ({ kind: "push" as const, header: value }));
}

function modify<Fields>(fields: fc.Arbitrary<Fields>): fc.Arbitrary<{ kind: "modify"; fields: Fields }> {
  return fields.map((value) => ({ kind: "modify" as const, fields: value }));
}

const pop = fc.constant({ kind: "pop" as const });

/** One transformation of inner headers of the family, and of any outer headers. */
function anyTransform(version: 4 | 6): fc.Arbitrary<HeaderTransform> {
  const inner = fc.record(
    {
      innerEther: modify(etherFields),
      innerIp: modify(ipFields(version)),
      innerUlp: modify(ulpFields),
    },
    SOME,
  );
  const encap = fc.record({ outerEther: push(etherHeader), outerIp: push(ipHeader), outerEncap: push(geneveHeader) });
  const decap = fc.record({ outerEther: pop, outerIp: pop, outerEncap: pop });
  const part = fc.record(
    {
      outerEther: fc.oneof(push(etherHeader), pop, modify(etherFields)),
      outerIp: fc.oneof(push(ipHeader), pop, modify(fc.oneof(ipFields(4), ipFields(6)))),
      outerEncap: fc.oneof(
        push(geneveHeader),
        pop,
        modify(fc.record({ vni: fc.nat(0xffffff).map((value) => Vni.of(value)) }, SOME)),
      ),
    },
    SOME,
  );
  const outer = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, encap, encap, decap, part);
  return fc.tuple(inner, outer).map(([a, b]) => ({ name: "", ...a, ...b }));
}

/** A chain of transformations, as several layers run them. */
export function anyChain(version: 4 | 6): fc.Arbitrary<HeaderTransform[]> {
  return fc.array(anyTransform(version), { maxLength: 4 });
}
