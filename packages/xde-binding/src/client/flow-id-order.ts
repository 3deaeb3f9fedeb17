// The order in which the reference dumps flows (spec 05 §6).

import { type FlowId, IpAddr } from "opte-api";

/** By protocol, then addresses, then the two 16-bit numbers. */
export function compareFlowIds(a: FlowId, b: FlowId): number {
  return (
    a.proto - b.proto ||
    IpAddr.compare(a.src, b.src) ||
    IpAddr.compare(a.dst, b.dst) ||
    firstNumber(a) - firstNumber(b) ||
    secondNumber(a) - secondNumber(b)
  );
}

function firstNumber(flow: FlowId): number {
  return flow.kind === "ports" ? flow.srcPort : flow.kind === "icmp" ? flow.type + 0x100 * flow.code : 0;
}

function secondNumber(flow: FlowId): number {
  return flow.kind === "ports" ? flow.dstPort : flow.kind === "icmp" ? flow.id : 0;
}
