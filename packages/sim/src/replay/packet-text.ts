// Packets and flows as one reads them: `TCP 172.30.0.5:58328 > 93.184.216.34:80 SYN`.

import { type IpAddr, IpProtocol } from "opte-api";
import type { FlowId } from "opte-core";
import { summarizeFrame } from "../decode/frame-summary.js";

/** What a decoder's summary says before it says more than the flow does. */
const FLOW_PART = /^IPv[46] \S+ > \S+ ?(?:(?:TCP|UDP) \d+ > \d+ ?|ICMP(?:v6)? )?/;

/** A frame in a few words. @param flow its flow, absent for what has none */
export function packetText(frame: Uint8Array, flow: FlowId | undefined): string {
  const summary = summarizeFrame(frame);
  if (flow === undefined) return summary;
  const detail = summary.replace(FLOW_PART, "");
  return detail === "" ? flowText(flow) : `${flowText(flow)} ${detail}`;
}

/** A flow: protocol, and its ends. */
export function flowText(flow: FlowId): string {
  const [from, to] =
    flow.kind === "ports"
      ? [endText(flow.src, flow.srcPort), endText(flow.dst, flow.dstPort)]
      : [flow.src.toString(), flow.dst.toString()];
  return `${IpProtocol.format(flow.proto)} ${from} > ${to}`;
}

/** An address with a port, as in `93.184.216.34:80` and `[2001:db8::1]:80`. */
export function endText(ip: IpAddr, port: number): string {
  return ip.family === 4 ? `${ip.toString()}:${port}` : `[${ip.toString()}]:${port}`;
}
