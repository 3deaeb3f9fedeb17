// Header transformations as plain data and back.

import { Vni } from "opte-api";
import type {
  EncapFields,
  EtherFields,
  EtherHeader,
  GeneveHeader,
  HeaderTransform,
  IpFields,
  IpHeader,
  Ipv6Extension,
  ModifyAction,
  PopAction,
  PushAction,
  UlpFields,
} from "../../transform/header-transform.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import { present, type SnapshotObject, type SnapshotValue } from "./snapshot-value.js";

type OuterAction<Header, Fields> = PushAction<Header> | ModifyAction<Fields> | PopAction;

export function headerTransformValue(transform: HeaderTransform): SnapshotObject {
  const { name, outerEther, outerIp, outerEncap, innerEther, innerIp, innerUlp } = transform;
  return present({
    name,
    outerEther: outerEther && outerValue(outerEther, etherHeaderValue, etherFieldsValue),
    outerIp: outerIp && outerValue(outerIp, ipHeaderValue, ipFieldsValue),
    outerEncap: outerEncap && outerValue(outerEncap, encapHeaderValue, encapFieldsValue),
    innerEther: innerEther && etherFieldsValue(innerEther.fields),
    innerIp: innerIp && ipFieldsValue(innerIp.fields),
    innerUlp: innerUlp && present({ ...innerUlp.fields }),
  });
}

export function readHeaderTransform(reader: SnapshotReader): HeaderTransform {
  reader.only("name", "outerEther", "outerIp", "outerEncap", "innerEther", "innerIp", "innerUlp");
  return {
    name: reader.get("name").text(),
    ...reader.optional("outerEther", (outer) => readOuter(outer, readEtherHeader, readEtherFields)),
    ...reader.optional("outerIp", (outer) => readOuter(outer, readIpHeader, readIpFields)),
    ...reader.optional("outerEncap", (outer) => readOuter(outer, readEncapHeader, readEncapFields)),
    ...reader.optional("innerEther", (inner) => modify(readEtherFields(inner))),
    ...reader.optional("innerIp", (inner) => modify(readIpFields(inner))),
    ...reader.optional("innerUlp", (inner) => modify(readUlpFields(inner))),
  };
}

function modify<Fields>(fields: Fields): ModifyAction<Fields> {
  return { kind: "modify", fields };
}

function outerValue<Header, Fields>(
  action: OuterAction<Header, Fields>,
  headerValue: (header: Header) => SnapshotValue,
  fieldsValue: (fields: Fields) => SnapshotValue,
): SnapshotValue {
  switch (action.kind) {
    case "push":
      return { push: headerValue(action.header) };
    case "modify":
      return { modify: fieldsValue(action.fields) };
    case "pop":
      return "pop";
  }
}

function readOuter<Header, Fields>(
  reader: SnapshotReader,
  readHeader: (reader: SnapshotReader) => Header,
  readFields: (reader: SnapshotReader) => Fields,
): OuterAction<Header, Fields> {
  if (reader.raw === "pop") return { kind: "pop" };
  reader.only("push", "modify");
  if (reader.has("push")) return { kind: "push", header: readHeader(reader.get("push")) };
  return modify(readFields(reader.get("modify")));
}

function etherHeaderValue({ dst, src, etherType }: EtherHeader): SnapshotValue {
  return { dst: dst.toString(), src: src.toString(), etherType };
}

function readEtherHeader(reader: SnapshotReader): EtherHeader {
  return {
    dst: reader.get("dst").mac(),
    src: reader.get("src").mac(),
    etherType: reader.get("etherType").integer(0, 0xffff),
  };
}

function etherFieldsValue({ src, dst }: EtherFields): SnapshotValue {
  return present({ src: src?.toString(), dst: dst?.toString() });
}

function readEtherFields(reader: SnapshotReader): EtherFields {
  return { ...reader.optional("src", (src) => src.mac()), ...reader.optional("dst", (dst) => dst.mac()) };
}

function ipHeaderValue(header: IpHeader): SnapshotValue {
  const { version, protocol } = header;
  const ends = { version, protocol, src: header.src.toString(), dst: header.dst.toString() };
  if (header.version === 4) return present({ ...ends, flags: header.flags });
  const extensions = header.extensions?.map(({ kind, options }) => ({
    kind,
    options: options.map(({ type, data }) => ({ type, data: [...data] })),
  }));
  return present({ ...ends, extensions });
}

function readIpHeader(reader: SnapshotReader): IpHeader {
  const protocol = reader.get("protocol").integer(0, 0xff);
  if (reader.get("version").integer(4, 6) === 4) {
    const ends = { src: reader.get("src").ipv4(), dst: reader.get("dst").ipv4() };
    return { version: 4, protocol, ...ends, ...reader.optional("flags", (flags) => flags.integer(0, 7)) };
  }
  const ends = { src: reader.get("src").ipv6(), dst: reader.get("dst").ipv6() };
  const extensions = reader.optional("extensions", (list) => list.items().map(readExtension));
  return { version: 6, protocol, ...ends, ...extensions };
}

function readExtension(reader: SnapshotReader): Ipv6Extension {
  return {
    kind: reader.get("kind").oneOf(["hopByHop", "destinationOptions"]),
    options: reader
      .get("options")
      .items()
      .map((option) => ({ type: option.get("type").integer(0, 0xff), data: option.get("data").bytes() })),
  };
}

function ipFieldsValue({ version, src, dst, protocol }: IpFields): SnapshotValue {
  return present({ version, src: src?.toString(), dst: dst?.toString(), protocol });
}

function readIpFields(reader: SnapshotReader): IpFields {
  const protocol = reader.optional("protocol", (number) => number.integer(0, 0xff));
  if (reader.get("version").integer(4, 6) === 4) {
    const ends = { ...reader.optional("src", (ip) => ip.ipv4()), ...reader.optional("dst", (ip) => ip.ipv4()) };
    return { version: 4, ...ends, ...protocol };
  }
  const ends = { ...reader.optional("src", (ip) => ip.ipv6()), ...reader.optional("dst", (ip) => ip.ipv6()) };
  return { version: 6, ...ends, ...protocol };
}

function encapHeaderValue({ entropy, vni, options }: GeneveHeader): SnapshotValue {
  return { entropy, vni, options: options.map((option) => ({ ...option, data: [...option.data] })) };
}

function readEncapHeader(reader: SnapshotReader): GeneveHeader {
  return {
    entropy: reader.get("entropy").integer(0, 0xffff),
    vni: readVni(reader.get("vni")),
    options: reader
      .get("options")
      .items()
      .map((option) => ({
        class: option.get("class").integer(0, 0xffff),
        type: option.get("type").integer(0, 0xff),
        data: option.get("data").bytes(),
      })),
  };
}

function encapFieldsValue({ vni }: EncapFields): SnapshotValue {
  return present({ vni });
}

function readEncapFields(reader: SnapshotReader): EncapFields {
  return reader.optional("vni", readVni);
}

function readUlpFields(reader: SnapshotReader): UlpFields {
  const number = (max: number) => (field: SnapshotReader) => field.integer(0, max);
  return {
    ...reader.optional("srcPort", number(0xffff)),
    ...reader.optional("dstPort", number(0xffff)),
    ...reader.optional("tcpFlags", number(0xff)),
    ...reader.optional("icmpId", number(0xffff)),
  };
}

function readVni(reader: SnapshotReader): Vni {
  const number = reader.uint32();
  return reader.attempt(() => Vni.of(number));
}
