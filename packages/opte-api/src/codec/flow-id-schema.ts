// The schema of flow ids (spec 05 §3): protocol, a pair of addresses, and two numbers whose meaning depends on the protocol.

import { checkUnsigned } from "../bytes.js";
import type { FlowId, FlowInfo } from "../flow-id.js";
import { IpProtocol } from "../ip-protocol.js";
import type { Ipv4Addr } from "../ipv4-addr.js";
import type { Ipv6Addr } from "../ipv6-addr.js";
import { ipv4Addr, ipv6Addr } from "./address-schemas.js";
import { pair, struct, variants } from "./composites.js";
import { converted } from "./conversions.js";
import { u16, u8 } from "./primitives.js";
import type { Schema } from "./schema.js";

type WireAddrs =
  | { readonly kind: "v4"; readonly src: Ipv4Addr; readonly dst: Ipv4Addr }
  | { readonly kind: "v6"; readonly src: Ipv6Addr; readonly dst: Ipv6Addr };

interface WireFlowId {
  readonly proto: number;
  readonly addrs: WireAddrs;
  /** Source and destination port; or ICMP type + 256 * code, and echo id; or zeros. */
  readonly protoInfo: readonly [number, number];
}

const wireFlowId: Schema<WireFlowId> = struct<WireFlowId>({
  proto: u8,
  addrs: variants<WireAddrs>({ v4: { src: ipv4Addr, dst: ipv4Addr }, v6: { src: ipv6Addr, dst: ipv6Addr } }),
  protoInfo: pair(u16, u16),
});

/** A flow id; what belongs to ports or ICMP must suit the protocol, and of other protocols be zero. */
export const flowId: Schema<FlowId> = converted<FlowId, WireFlowId>(
  wireFlowId,
  (flow) => ({ proto: flow.proto, addrs: wireAddrs(flow), protoInfo: wireInfo(flow) }),
  ({ proto, addrs: { src, dst }, protoInfo }) => ({ proto, src, dst, ...flowInfo(proto, protoInfo) }),
);

function wireAddrs({ src, dst }: FlowId): WireAddrs {
  if (src.family === 4 && dst.family === 4) return { kind: "v4", src, dst };
  if (src.family === 6 && dst.family === 6) return { kind: "v6", src, dst };
  throw new RangeError("its addresses are of two families");
}

function wireInfo(flow: FlowId): readonly [number, number] {
  if (flow.kind !== infoKind(flow.proto))
    throw new RangeError(`protocol ${flow.proto} has no flows of kind "${flow.kind}"`);
  switch (flow.kind) {
    case "ports":
      return [flow.srcPort, flow.dstPort];
    case "icmp":
      checkUnsigned(flow.type, 0xff, "ICMP type");
      checkUnsigned(flow.code, 0xff, "ICMP code");
      return [flow.type | (flow.code << 8), flow.id];
    case "none":
      return [0, 0];
  }
}

function flowInfo(proto: number, [first, second]: readonly [number, number]): FlowInfo {
  switch (infoKind(proto)) {
    case "ports":
      return { kind: "ports", srcPort: first, dstPort: second };
    case "icmp":
      return { kind: "icmp", type: first & 0xff, code: first >>> 8, id: second };
    case "none":
      if (first !== 0 || second !== 0) throw new RangeError(`protocol ${proto} has neither ports nor ICMP messages`);
      return { kind: "none" };
  }
}

function infoKind(proto: number): FlowInfo["kind"] {
  if (proto === IpProtocol.Tcp || proto === IpProtocol.Udp) return "ports";
  return proto === IpProtocol.Icmp || proto === IpProtocol.Icmpv6 ? "icmp" : "none";
}
