// Flow tables in the reference's text.

import { type DumpTcpFlowsResp, type DumpUftResp, type FlowEntriesDump, IpAddr, IpProtocol, TcpState } from "opte-api";
import { flowEnds, flowWord } from "../flow-text.js";
import { cells, type Chunk, compatText, RULE } from "./compat-text.js";

/** What `dump-uft` writes. */
export function compatUft(uft: DumpUftResp): string {
  return compatText(
    [`UFT Inbound: ${uft.inNumFlows}/${uft.inLimit}`, RULE, ...compatFlows(uft.inFlows, "XFORMS"), ""],
    [`UFT Outbound: ${uft.outNumFlows}/${uft.outLimit}`, RULE, ...compatFlows(uft.outFlows, "XFORMS")],
  );
}

/** Header and rows of a flow table; `last` heads the column that says what becomes of packets. */
export function compatFlows(entries: FlowEntriesDump, last: string): Chunk {
  return [
    cells("PROTO", "SRC IP", "SPORT/TY", "DST IP", "DPORT", "HITS", last),
    ...entries.map(([flow, { hits, summary }]) => {
      const { source, destination } = flowEnds(flow);
      const src = IpAddr.toReferenceString(flow.src);
      const dst = IpAddr.toReferenceString(flow.dst);
      return cells(IpProtocol.format(flow.proto), src, source, dst, destination, String(hits), summary);
    }),
  ];
}

/** What `dump-tcp-flows` writes. */
export function compatTcpFlows({ flows }: DumpTcpFlowsResp): string {
  return compatText([
    cells("FLOW", "STATE", "HITS", "SEGS IN", "SEGS OUT", "BYTES IN", "BYTES OUT"),
    ...flows.map(([flow, { hits, tcpState, segsIn, segsOut, bytesIn, bytesOut }]) => {
      const state = TcpState.format(tcpState.tcpState);
      const numbers = [hits, segsIn, segsOut, bytesIn, bytesOut].map(String);
      return cells(flowWord(flow, IpAddr.toReferenceString), state, ...numbers);
    }),
  ]);
}
