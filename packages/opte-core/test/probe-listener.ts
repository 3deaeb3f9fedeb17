// A listener to every probe point, which keeps what it hears as text.

import { FlowKey } from "../src/flow/flow-id.js";
import type { ProbesProvider } from "../src/index.js";

/** Writes every probe down: its name, then its arguments, frames by their lengths. */
export function hearAll(heard: string[]): ProbesProvider {
  const hear =
    (name: string) =>
    (...facts: unknown[]): void => {
      heard.push([name, ...facts.map(factText)].join(" "));
    };
  return {
    portProcessEntry: hear("portProcessEntry"),
    portProcessReturn: hear("portProcessReturn"),
    layerProcessEntry: hear("layerProcessEntry"),
    layerProcessReturn: hear("layerProcessReturn"),
    ruleMatch: hear("ruleMatch"),
    ruleNoMatch: hear("ruleNoMatch"),
    ruleDeny: hear("ruleDeny"),
    htRun: hear("htRun"),
    genDescFail: hear("genDescFail"),
    genHtFail: hear("genHtFail"),
    flowExpired: hear("flowExpired"),
    uftHit: hear("uftHit"),
    uftInvalidate: hear("uftInvalidate"),
    uftTcpClosed: hear("uftTcpClosed"),
    tcpFlowState: hear("tcpFlowState"),
    tcpFlowDrop: hear("tcpFlowDrop"),
    tcpErr: hear("tcpErr"),
  };
}

function factText(fact: unknown): string {
  if (fact instanceof Uint8Array) return `${fact.length}B`;
  if (typeof fact === "string" || fact instanceof FlowKey) return fact.toString();
  return fact === undefined ? "-" : JSON.stringify(fact);
}
