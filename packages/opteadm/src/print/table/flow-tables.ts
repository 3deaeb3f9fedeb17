// Flow tables as ours show them.

import {
  type DumpTcpFlowsResp,
  type DumpUftResp,
  type FlowEntriesDump,
  type FlowId,
  type IpAddr,
  IpProtocol,
  TcpState,
} from "opte-api";
import { ABSENT, left, right, type Table } from "./table.js";

/** What `dump-uft` shows. */
export function uftTables(uft: DumpUftResp): Table[] {
  return [
    flowTable(`Inbound flows (${uft.inNumFlows} of ${uft.inLimit})`, uft.inFlows, "TRANSFORMATIONS"),
    flowTable(`Outbound flows (${uft.outNumFlows} of ${uft.outLimit})`, uft.outFlows, "TRANSFORMATIONS"),
  ];
}

/** A flow table; `last` heads the column that says what becomes of packets. */
export function flowTable(title: string, entries: FlowEntriesDump, last: string): Table {
  return {
    title,
    columns: [left("PROTO"), left("SOURCE"), left("DESTINATION"), right("HITS"), left(last)],
    rows: entries.map(([flow, { hits, summary }]) => [...flowCells(flow), String(hits), summary]),
  };
}

/** What `dump-tcp-flows` shows. */
export function tcpFlowTables({ flows }: DumpTcpFlowsResp): Table[] {
  return [
    {
      columns: [
        left("SOURCE"),
        left("DESTINATION"),
        left("STATE"),
        ...["HITS", "SEGS IN", "SEGS OUT", "BYTES IN", "BYTES OUT"].map(right),
        left("COMES IN AS"),
      ],
      rows: flows.map(([flow, entry]) => [
        ...flowCells(flow).slice(1),
        TcpState.format(entry.tcpState.tcpState),
        ...[entry.hits, entry.segsIn, entry.segsOut, entry.bytesIn, entry.bytesOut].map(String),
        entry.inboundUfid === undefined ? ABSENT : flowCells(entry.inboundUfid).slice(1).join(" to "),
      ]),
    },
  ];
}

/** Protocol, source, destination. */
function flowCells(flow: FlowId): [string, string, string] {
  const proto = IpProtocol.format(flow.proto);
  const name = proto === "Unknown" ? `protocol ${flow.proto}` : proto;
  switch (flow.kind) {
    case "ports":
      return [name, endpoint(flow.src, flow.srcPort), endpoint(flow.dst, flow.dstPort)];
    case "icmp":
      return [`${name} ${flow.type}/${flow.code} id ${flow.id}`, flow.src.toString(), flow.dst.toString()];
    case "none":
      return [name, flow.src.toString(), flow.dst.toString()];
  }
}

/** RFC 5952 §6: an IPv6 address stands in brackets before a port. */
function endpoint(ip: IpAddr, port: number): string {
  return ip.family === 4 ? `${ip.toString()}:${port}` : `[${ip.toString()}]:${port}`;
}
