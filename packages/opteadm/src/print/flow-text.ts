// The texts that stand for a flow in tables.

import { type FlowId, IpProtocol } from "opte-api";

/** What a table shows of a flow's ports, or of what takes their place. */
export interface FlowEnds {
  readonly source: string;
  readonly destination: string;
}

/** Ports of TCP and UDP; type and code, and the echo's id, of ICMP; else nothing applies. */
export function flowEnds(flow: FlowId): FlowEnds {
  switch (flow.kind) {
    case "ports":
      return { source: String(flow.srcPort), destination: String(flow.dstPort) };
    case "icmp":
      return { source: `0x${hexByte(flow.type)}/0x${hexByte(flow.code)}`, destination: String(flow.id) };
    case "none":
      return { source: "N/A", destination: "N/A" };
  }
}

/** A flow in one word, as `TCP:10.0.0.5:1234:10.0.0.9:80`; `formatIp` prints its addresses. */
export function flowWord(flow: FlowId, formatIp: (ip: FlowId["src"]) => string): string {
  const name = IpProtocol.format(flow.proto);
  const src = formatIp(flow.src);
  const dst = formatIp(flow.dst);
  switch (flow.kind) {
    case "ports":
      return `${name}:${src}:${flow.srcPort}:${dst}:${flow.dstPort}`;
    case "icmp":
      return `${name}/${flow.type}/${flow.code}:${src}:${dst}:${flow.id}`;
    case "none":
      return `${name}:${src}:${dst}`;
  }
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
