import { describe, expect, it } from "vitest";
import { type Edge, firewallRule, FLOATING, makeEdge } from "../../test/edge-network.js";
import { frameOf, type IpSpec, ipShot, quoted } from "../../test/edge-traffic.js";
import { watchAll } from "../../test/watch-all.js";
import { predicateText } from "../predicate/predicate-text.js";
import { DropReason, Verdict } from "../verdict.js";

const ROOMY = { uft: 64, tcp: 64, firewall: 64, nat: 64 };

/** Lines of the observer for one packet; only those that begin with one of `kinds`, if any are given. */
function steps(edge: Edge, spec: IpSpec, ...kinds: string[]): string[] {
  const lines: string[] = [];
  const shot = ipShot(spec);
  edge.port.observe(shot.dir, frameOf(shot), watchAll(lines));
  return kinds.length === 0 ? lines : lines.filter((line) => kinds.some((kind) => line.startsWith(`${kind} `)));
}

describe("an observer of a new flow", () => {
  it("is told every step, in order", () => {
    expect(steps(makeEdge(ROOMY), {})).toEqual([
      "unified out UDP:10.0.0.5:1000:8.8.8.8:53 miss",
      "enter gateway out UDP:10.0.0.5:1000:8.8.8.8:53",
      "flow gateway miss",
      "rule gateway 0 etherType",
      "rule gateway 1 ipv4Dst",
      "rule gateway 2 ipv4Dst",
      "default gateway allow",
      "leave gateway allow UDP:10.0.0.5:1000:8.8.8.8:53",
      "enter firewall out UDP:10.0.0.5:1000:8.8.8.8:53",
      "flow firewall miss",
      "default firewall statefulAllow",
      "leave firewall allow UDP:10.0.0.5:1000:8.8.8.8:53",
      "enter nat out UDP:10.0.0.5:1000:8.8.8.8:53",
      "flow nat miss",
      "rule nat 0 dstPort",
      "rule nat 1 matches",
      "action nat 1 stateful",
      "header nat SNAT UDP:10.0.0.5:1000:8.8.8.8:53 UDP:198.51.100.9:2002:8.8.8.8:53",
      "leave nat allow UDP:198.51.100.9:2002:8.8.8.8:53",
      "enter overlay out UDP:198.51.100.9:2002:8.8.8.8:53",
      "flow overlay miss",
      "rule overlay 0 matches",
      "action overlay 0 static",
      "header overlay encap UDP:198.51.100.9:2002:8.8.8.8:53 UDP:198.51.100.9:2002:8.8.8.8:53",
      "leave overlay allow UDP:198.51.100.9:2002:8.8.8.8:53",
      "emitted 112 0",
      "decided 0 3",
    ]);
  });

  it("gets the predicate that failed as a value", () => {
    const { port } = makeEdge(ROOMY);
    port.addRule("firewall", "out", firewallRule({ kind: "deny" }, 1, 80, "out"));
    const shot = ipShot({});
    const failed: string[] = [];
    port.observe("out", frameOf(shot), {
      ruleConsidered: (layer, _id, _rule, failure) => {
        if (layer === "firewall" && failure?.kind === "header") failed.push(predicateText(failure.predicate));
      },
    });
    expect(failed).toEqual(["inner.ulp.dst=80"]);
  });

  it("is told of rules up to the one that matches, and of the drop", () => {
    const edge = makeEdge(ROOMY);
    for (const remotePort of [80, 53, 7]) {
      edge.port.addRule("firewall", "out", firewallRule({ kind: "deny" }, remotePort, remotePort, "out"));
    }
    expect(steps(edge, {}, "rule firewall", "action", "leave firewall", "decided")).toEqual([
      "rule firewall 2 dstPort",
      "rule firewall 1 matches",
      "action firewall 1 deny",
      "leave firewall deny UDP:10.0.0.5:1000:8.8.8.8:53",
      "decided 2 3",
    ]);
  });
});

describe("an observer of a flow that is known", () => {
  it("is told of the hit and what it does, and of no layer", () => {
    const edge = makeEdge(ROOMY);
    steps(edge, {});
    expect(steps(edge, {})).toEqual(["unified out UDP:10.0.0.5:1000:8.8.8.8:53 hit", "emitted 112 0", "decided 0 1"]);
    edge.port.observe("out", frameOf(ipShot({})), {
      unifiedLookedUp: (_dir, _flow, found) => {
        expect(found).toMatchObject({ kind: "hit", recorded: { summary: "hdr: SNAT,encap, body: " } });
      },
    });
  });

  it("is told of an entry of older rules, and of its flow in the layers", () => {
    const edge = makeEdge(ROOMY);
    steps(edge, { guest: FLOATING });
    edge.port.setRulesSoft("nat", edge.natRules);
    expect(steps(edge, { guest: FLOATING }, "unified", "flow")).toEqual([
      "unified out UDP:10.0.0.6:1000:8.8.8.8:53 stale",
      "flow gateway miss",
      "flow firewall clean",
      "flow nat dirtyValid",
      "flow overlay miss",
    ]);
    edge.isAssigned = false;
    edge.port.setRulesSoft("nat", edge.natRules);
    expect(steps(edge, { guest: FLOATING }, "flow nat")).toEqual(["flow nat dirtyInvalid"]);
  });

  it("is told of the transformation of a body", () => {
    const edge = makeEdge(ROOMY);
    const error = { guest: FLOATING, proto: 1, icmp: [3, 0], body: quoted(FLOATING.bytes) } as const;
    expect(steps(edge, error, "body", "decided")).toEqual([
      "body nat [nested]: 10.0.0.6 <=> 198.51.100.7",
      "decided 0 3",
    ]);
    expect(steps(edge, error, "decided")).toEqual(["decided 0 2"]);
  });
});

describe("an observer of TCP", () => {
  const SYN = { proto: 6, remotePort: 80, tcpFlags: 0x02 } as const;

  it("is told what each segment does to its flow, on every path", () => {
    const edge = makeEdge(ROOMY);
    const flow = "tcp TCP:10.0.0.5:1000:8.8.8.8:80";
    expect(steps(edge, SYN, "tcp")).toEqual([`${flow} Closed SynSent tracked`]);
    expect(steps(edge, { ...SYN, tcpFlags: 0x00 }, "tcp")).toEqual([`${flow} SynSent unexpected tracked`]);
    expect(steps(edge, { ...SYN, dir: "in", tcpFlags: 0x12, ack: 1 }, "tcp")).toEqual([
      `${flow} SynSent Established tracked`,
    ]);
    expect(steps(edge, { ...SYN, tcpFlags: 0x10, seq: 1 }, "unified", "tcp")).toEqual([
      "unified out TCP:10.0.0.5:1000:8.8.8.8:80 hit",
      `${flow} Established Established tracked`,
    ]);
    expect(steps(edge, { ...SYN, seq: 9 }, "tcp")).toEqual([
      `${flow} Established newFlow newFlow`,
      `${flow} Closed SynSent tracked`,
    ]);
    expect(steps(edge, { ...SYN, tcpFlags: 0x04 }, "tcp")).toEqual([`${flow} SynSent Closed closed`]);
  });

  it("is told of a segment that begins nothing, and is refused", () => {
    expect(steps(makeEdge(ROOMY), { ...SYN, tcpFlags: 0x01 }, "tcp", "decided")).toEqual([
      "tcp TCP:10.0.0.5:1000:8.8.8.8:80 Closed unexpected refused",
      "decided 2 3",
    ]);
  });

  it("is told of an entry whose TCP flow has gone", () => {
    const edge = makeEdge(ROOMY);
    steps(edge, SYN);
    edge.nowMs += 5_000;
    edge.port.expireFlows();
    expect(steps(edge, SYN, "unified", "tcp")).toEqual([
      "unified out TCP:10.0.0.5:1000:8.8.8.8:80 tcpGone",
      "tcp TCP:10.0.0.5:1000:8.8.8.8:80 Closed SynSent tracked",
    ]);
  });
});

describe("an observer of a packet that goes nowhere", () => {
  it("is told the verdict of a frame that cannot be parsed, and of a port that does not run", () => {
    const { port } = makeEdge(ROOMY);
    const verdicts: Verdict[] = [];
    const decided = ({ verdict }: { readonly verdict: Verdict }) => verdicts.push(verdict);
    port.observe("in", frameOf(ipShot({})), { decided });
    port.pause();
    port.observe("out", frameOf(ipShot({})), { decided });
    expect(verdicts).toEqual([Verdict.ParseError, Verdict.Error]);
    expect(port.result.error).toEqual({ kind: "BadState", state: "paused" });
  });

  it("is told why a frame cannot be sent", () => {
    const edge = makeEdge(ROOMY);
    const cramped = { headroom: 20 };
    const unsent = `emitted 42 ${DropReason.Headroom}`;
    expect(steps(edge, cramped, "emitted", "decided")).toEqual([unsent, "decided 2 3"]);
    expect(steps(edge, cramped, "emitted", "decided")).toEqual([unsent, "decided 2 1"]);
  });

  it("is told which layer failed, and with what error", () => {
    const edge = makeEdge(ROOMY);
    const decisions: unknown[] = [];
    edge.port.observe("out", frameOf(ipShot({ remotePort: 7 })), {
      layerLeft: (layer, decision) => decisions.push([layer, decision]),
    });
    expect(decisions.at(-1)).toEqual([
      "nat",
      { kind: "error", error: { stage: "HeaderTransform", header: "inner IP" } },
    ]);
  });
});
