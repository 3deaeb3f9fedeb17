// A flow on the command line, in the text that traces print it in.

import { type FlowId, IpAddr, IpProtocol, parseDecimal, TextError } from "opte-api";

const TYPE = "flow";
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["icmp", IpProtocol.Icmp],
  ["igmp", IpProtocol.Igmp],
  ["tcp", IpProtocol.Tcp],
  ["udp", IpProtocol.Udp],
  ["icmpv6", IpProtocol.Icmpv6],
]);

/**
 * Reads `PROTO,SRC:SPORT,DST:DPORT`, IPv6 addresses in brackets; of ICMP, type and code in place of the first port, `8/0`, and the id in
 * place of the second; of other protocols, a name or number and bare addresses.
 *
 * @throws TextError
 */
export function parseFlowId(text: string): FlowId {
  const [protoText = "", srcText = "", dstText = "", ...rest] = text.split(",");
  if (rest.length > 0 || dstText === "") throw fault(text, "it is not of the form PROTO,SRC:PORT,DST:PORT");
  const proto = PROTOCOLS.get(protoText.toLowerCase()) ?? number(text, protoText, 0xff);
  const [srcIp, srcInfo] = endpoint(text, srcText);
  const [dstIp, dstInfo] = endpoint(text, dstText);
  if (srcIp.family !== dstIp.family) throw fault(text, "its addresses are of two families");
  const ends = { proto, src: srcIp, dst: dstIp };
  switch (proto) {
    case IpProtocol.Tcp:
    case IpProtocol.Udp:
      return { ...ends, kind: "ports", srcPort: number(text, srcInfo, 0xffff), dstPort: number(text, dstInfo, 0xffff) };
    case IpProtocol.Icmp:
    case IpProtocol.Icmpv6: {
      const [type = "", code = ""] = srcInfo.split("/");
      const id = number(text, dstInfo, 0xffff);
      return { ...ends, kind: "icmp", type: number(text, type, 0xff), code: number(text, code, 0xff), id };
    }
    default:
      if (srcInfo !== "" || dstInfo !== "") throw fault(text, "flows of its protocol have no ports");
      return { ...ends, kind: "none" };
  }
}

/** An address, and what stands behind a colon. */
function endpoint(flow: string, text: string): [IpAddr, string] {
  const [, bracketed, bare, info] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/.exec(text) ?? [];
  const address = bracketed ?? bare;
  if (address === undefined) throw fault(flow, `"${text}" is not an address, in brackets if IPv6, and a port`);
  return [IpAddr.parse(address), info ?? ""];
}

function number(flow: string, text: string, max: number): number {
  const value = parseDecimal(text, max);
  if (typeof value === "number") return value;
  throw fault(flow, `"${text}" is not a number from 0 to ${max}`);
}

function fault(flow: string, reason: string): TextError {
  return new TextError(TYPE, "malformed_flow", flow, reason);
}
