import { MacAddr, type Direction } from "opte-api";
import { describe, expect, it } from "vitest";
import { hearAll } from "../../test/probe-listener.js";
import { tcpFrame, udpFrame } from "../../test/small-frames.js";
import { type Action, DONE, MALFORMED } from "../action/action.js";
import { parseGuest } from "../packet/parse.js";
import { makeRule, type Rule } from "../rule/rule.js";
import { PortBuilder } from "./builder.js";
import type { Port } from "./port.js";

const SYN = 2;
const ACK = 16;
const RST = 4;
const FIN = 1;

const OUT = "UDP:10.0.0.1:1000:192.0.2.1:80";
const IN = "UDP:192.0.2.1:80:10.0.0.1:1000";
const TCP_OUT = "TCP:10.0.0.1:1000:192.0.2.1:80";
const TCP_IN = "TCP:192.0.2.1:80:10.0.0.1:1000";

/** A port with one layer, and what its probes tell. */
class Bench {
  readonly port: Port;
  readonly #heard: string[] = [];
  nowMs = 100_000;

  constructor(rules: readonly Rule[] = []) {
    this.port = new PortBuilder("p", MacAddr.ZERO, {
      clock: { nowMs: () => this.nowMs },
      probes: hearAll(this.#heard),
    })
      .addLayer(
        {
          name: "guard",
          defaultIn: "deny",
          defaultOut: "statefulAllow",
          flowLimit: 2,
          rules: { in: [], out: rules },
        },
        { at: "first" },
      )
      .create(
        { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
        { uft: 2, tcp: 1 },
      );
    this.port.start();
  }

  /** What was heard since the last question; of some probes only, if they are named. */
  heard(...probes: readonly string[]): string[] {
    const told = this.#heard.splice(0);
    return told.filter((line) => probes.length === 0 || probes.includes(line.slice(0, line.indexOf(" "))));
  }

  udp(dir: Direction, guestPort = 1000): void {
    this.port.process(dir, udpFrame(dir, guestPort));
  }

  tcp(dir: Direction, flags: number, guestPort = 1000): void {
    this.port.process(dir, tcpFrame(dir, guestPort, { flags }));
  }
}

function ruleFor(action: Action): Rule {
  return makeRule(1, action);
}

describe("the probe points (spec 02 §17.1)", () => {
  it("tell a packet's way through the layers", () => {
    const bench = new Bench();
    bench.udp("out");
    expect(bench.heard()).toEqual([
      `portProcessEntry out p ${OUT} 1 42B`,
      `layerProcessEntry out p guard ${OUT}`,
      `ruleNoMatch p guard out ${OUT}`,
      `layerProcessReturn out p guard ${OUT} ${OUT} ["Allow"]`,
      `portProcessReturn out p ${OUT} ${OUT} 1 ["Modified"] 3 42B -`,
    ]);
  });

  it("tell a hit, by the time of this packet", () => {
    const bench = new Bench();
    bench.udp("out");
    bench.nowMs += 5;
    bench.heard();
    bench.udp("out");
    expect(bench.heard()).toEqual([
      `portProcessEntry out p ${OUT} 1 42B`,
      `uftHit out p ${OUT} 1 100005`,
      `portProcessReturn out p ${OUT} ${OUT} 1 ["Modified"] 1 42B -`,
    ]);
  });

  it("tell a rule that denies, but not a default that does", () => {
    const bench = new Bench([ruleFor({ kind: "deny" })]);
    bench.udp("out");
    expect(bench.heard()).toEqual([
      `portProcessEntry out p ${OUT} 1 42B`,
      `layerProcessEntry out p guard ${OUT}`,
      `ruleMatch p guard out ${OUT} Deny`,
      `ruleDeny p guard out ${OUT}`,
      `layerProcessReturn out p guard ${OUT} ${OUT} ["Deny","Rule"]`,
      expect.stringMatching(
        /^portProcessReturn out p \S+ \S+ 1 \["Drop","\{name: \\"guard\\", reason: Rule\}"\] 3 42B -$/,
      ),
    ]);
    bench.udp("in");
    expect(bench.heard("ruleDeny", "ruleNoMatch")).toEqual([`ruleNoMatch p guard in ${IN}`]);
  });

  it("tell an answer with its length", () => {
    const generator = { text: "answer", reply: replyEmpty };
    const bench = new Bench([ruleFor({ kind: "hairpin", generator })]);
    bench.udp("out");
    expect(bench.heard("portProcessReturn")).toEqual([`portProcessReturn out p ${OUT} ${OUT} 1 ["Hairpin"] 3 42B 14B`]);
  });

  it("tell what generators fail at", () => {
    const fail = { text: "broken", headerTransform: () => MALFORMED, describe: () => MALFORMED };
    const ofStatic = new Bench([ruleFor({ kind: "static", generator: fail })]);
    ofStatic.udp("out");
    expect(ofStatic.heard("genHtFail", "genDescFail")).toEqual([`genHtFail p guard out ${OUT} malformed packet`]);
    const ofStateful = new Bench([ruleFor({ kind: "stateful", generator: fail })]);
    ofStateful.udp("out");
    expect(ofStateful.heard("genHtFail", "genDescFail")).toEqual([`genDescFail p guard out ${OUT} malformed packet`]);
  });

  it("tell header transformations of a rule and of a flow", () => {
    const nothing = { name: "nothing" };
    const generator = {
      text: "nothing",
      describe: () => ({ kind: "value", value: { name: "nothing", headerTransform: () => nothing } }) as const,
    };
    const bench = new Bench([ruleFor({ kind: "stateful", generator })]);
    bench.udp("out");
    bench.udp("in");
    expect(bench.heard("htRun")).toEqual([`htRun p rt-guard out ${OUT} ${OUT}`, `htRun p ft-guard in ${IN} ${IN}`]);
  });

  it("tell both entries of a flow that older rules made", () => {
    const bench = new Bench();
    bench.udp("out");
    bench.udp("in");
    bench.port.addRule("guard", "in", makeRule(1, { kind: "deny" }));
    bench.udp("out");
    expect(bench.heard("uftInvalidate")).toEqual([`uftInvalidate out p ${OUT} 1`, `uftInvalidate in p ${IN} 1`]);
  });

  it("tell flows that expire, dependants first, with their times", () => {
    const bench = new Bench();
    bench.tcp("out", SYN);
    // Unexpected, but let through.
    bench.tcp("in", ACK);
    bench.nowMs += 60_000;
    bench.heard();
    bench.port.expireFlows();
    expect(bench.heard()).toEqual([
      `flowExpired p tcp_flows ${TCP_OUT} 100000 160000`,
      `flowExpired p uft_in ${TCP_IN} 100000 160000`,
      `flowExpired p uft_out ${TCP_OUT} 100000 160000`,
      `flowExpired p guard_out ${TCP_OUT} 100000 160000`,
      `flowExpired p guard_in ${TCP_IN} 100000 160000`,
    ]);
  });

  it("tell flows that are evicted, without times", () => {
    const bench = new Bench();
    bench.tcp("out", SYN, 1000);
    bench.nowMs += 4000;
    bench.tcp("out", SYN, 1001);
    bench.nowMs += 4000;
    bench.heard();
    bench.tcp("out", SYN, 1002);
    const evicted = bench.heard("flowExpired");
    expect(evicted.map((line) => line.split(" ")[2])).toEqual(["tcp_flows", "guard_out", "guard_in", "uft_out"]);
    for (const line of evicted) expect(line).toMatch(/ 0 0$/);
  });

  it("tell a TCP flow's states, an unexpected segment, and what its end takes along", () => {
    const bench = new Bench();
    bench.tcp("out", SYN);
    bench.tcp("in", ACK);
    bench.tcp("in", SYN | ACK);
    bench.tcp("out", RST);
    // The numbers that every segment of the test frames has.
    const state = JSON.stringify({
      state: "SynSent",
      guestSeq: 0x0102_0304,
      guestAck: 0,
      remoteSeq: 0x0102_0304,
      remoteAck: 0x0506_0708,
    });
    const what = `direction: in, flow: ${TCP_OUT}, state: SynSent`;
    expect(bench.heard("tcpFlowState", "tcpFlowDrop", "tcpErr", "uftTcpClosed")).toEqual([
      `tcpFlowState p ${TCP_OUT} Closed SynSent`,
      `tcpFlowDrop p ${TCP_OUT} ${state} in 16`,
      `tcpErr in p ${TCP_OUT} Unexpected TCP segment, ${what}, flags: 0x10`,
      `tcpFlowState p ${TCP_IN} SynSent Established`,
      `tcpFlowState p ${TCP_OUT} Established Closed`,
      `uftTcpClosed out p ${TCP_OUT}`,
      `uftTcpClosed in p ${TCP_IN}`,
    ]);
  });

  it("tell why a first segment was refused", () => {
    const bench = new Bench();
    bench.tcp("out", FIN);
    expect(bench.heard("tcpErr")).toEqual([
      `tcpErr out p ${TCP_OUT} Unexpected TCP segment, direction: out, flow: ${TCP_OUT}, state: Closed, flags: 0x1`,
    ]);
    bench.tcp("out", SYN, 1001);
    bench.heard();
    bench.tcp("out", SYN);
    expect(bench.heard("tcpErr")).toEqual([`tcpErr out p ${TCP_OUT} TCP flow table full (1 entries)`]);
  });
});

function replyEmpty(_dir: Direction, _packet: unknown, reply: { reset(length: number): void }): typeof DONE {
  reply.reset(14);
  return DONE;
}
