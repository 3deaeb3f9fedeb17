// The conformance suite of probe listeners.

import { IpProtocol, Ipv4Addr, Ipv6Addr, type IpAddr } from "opte-api";
import { FlowKey } from "../flow/flow-id.js";
import type { ProbesProvider, TcpProbeState } from "../provider/probes.js";
import { check, isPromise, quietly, type TestCase } from "./test-case.js";

/** A listener under test. */
export interface ProbesSubject {
  readonly probes: ProbesProvider;
  /** What the listener has gathered so far, for one that gathers; asked more than once. */
  report?(): unknown;
}

/** What one call hands to a listener. */
interface Arguments {
  readonly before: FlowKey;
  readonly after: FlowKey;
  readonly frame: Uint8Array;
  readonly state: TcpProbeState;
}

/** Every probe point, called as the engine calls it. */
const CALLS: Readonly<Record<keyof ProbesProvider, (probes: ProbesProvider, args: Arguments) => unknown>> = {
  portProcessEntry: (p, { before, frame }) => p.portProcessEntry?.("out", "opte0", before, 7, frame),
  portProcessReturn: (p, { before, after, frame }) => {
    const labels = Object.freeze(["Drop", "firewall"] as const);
    return p.portProcessReturn?.("out", "opte0", before, after, 7, labels, 3, frame, undefined);
  },
  layerProcessEntry: (p, { before }) => p.layerProcessEntry?.("in", "opte0", "firewall", before),
  layerProcessReturn: (p, { before, after }) =>
    p.layerProcessReturn?.("in", "opte0", "firewall", before, after, Object.freeze(["Allow"] as const)),
  ruleMatch: (p, { before }) => p.ruleMatch?.("opte0", "firewall", "in", before, "Stateful Allow"),
  ruleNoMatch: (p, { before }) => p.ruleNoMatch?.("opte0", "firewall", "in", before),
  ruleDeny: (p, { before }) => p.ruleDeny?.("opte0", "firewall", "in", before),
  htRun: (p, { before, after }) => p.htRun?.("opte0", "rt-nat", "out", before, after),
  genDescFail: (p, { before }) => p.genDescFail?.("opte0", "nat", "out", before, "SNAT Pool (exhausted)"),
  genHtFail: (p, { before }) => p.genHtFail?.("opte0", "router", "out", before, "no route"),
  flowExpired: (p, { before }) => p.flowExpired?.("opte0", "uft_out", before, 1000.5, 61_000.75),
  uftHit: (p, { before }) => p.uftHit?.("out", "opte0", before, 7, 1000.5),
  uftInvalidate: (p, { before }) => p.uftInvalidate?.("out", "opte0", before, 6),
  uftTcpClosed: (p, { before }) => p.uftTcpClosed?.("out", "opte0", before),
  tcpFlowState: (p, { before }) => p.tcpFlowState?.("opte0", before, "SYN_SENT", "ESTABLISHED"),
  tcpFlowDrop: (p, { before, state }) => p.tcpFlowDrop?.("opte0", before, state, "in", 0x12),
  tcpErr: (p, { before }) => p.tcpErr?.("in", "opte0", before, "Unexpected TCP segment"),
};

/** Turns of the event loop's inner queue after which a listener that goes on by itself has gone on. */
const TURNS = 10;

/**
 * The contract of {@link ProbesProvider}, checked at every probe point that the listener has.
 *
 * @param makeSubject makes a listener for one test
 */
export function probesSuite(makeSubject: () => ProbesSubject): readonly TestCase[] {
  return [
    {
      name: "takes every probe of every kind of flow, and returns nothing to wait for",
      run(): void {
        const { probes } = makeSubject();
        for (const [name, call] of Object.entries(CALLS)) {
          for (const args of [ipv4Arguments(), ipv6Arguments(), arpArguments()]) {
            const returned = quietly(name, () => call(probes, args));
            check(!isPromise(returned), `Expected ${name} to return nothing, but it returned a promise`);
          }
        }
      },
    },
    {
      name: "writes to no argument",
      run(): void {
        const { probes } = makeSubject();
        for (const [name, call] of Object.entries(CALLS)) {
          const args = ipv4Arguments();
          const expected = contents(args);
          quietly(name, () => call(probes, args));
          const got = contents(args);
          check(got === expected, `Expected ${name} to leave its arguments as they are: ${expected}, got ${got}`);
        }
      },
    },
    {
      name: "reads no flow once the call is over",
      async run(): Promise<void> {
        const subject = makeSubject();
        const { probes } = subject;
        const late: string[] = [];
        for (const [name, call] of Object.entries(CALLS)) {
          const lease = { over: false };
          const lend = (flow: FlowKey): FlowKey => lent(flow, lease, () => late.push(name));
          const { before, after, frame, state } = ipv4Arguments();
          call(probes, { before: lend(before), after: lend(after), frame, state });
          lease.over = true;
        }
        for (let i = 0; i < TURNS; i++) await Promise.resolve();
        reportText(subject);
        check(late.length === 0, `Expected flows to be read during the call only, but ${late.join(", ")} kept one`);
      },
    },
    {
      name: "has gathered copies, which the next packet does not change",
      run(): void {
        const subject = makeSubject();
        const { probes } = subject;
        for (const [name, call] of Object.entries(CALLS)) {
          const args = ipv4Arguments();
          call(probes, args);
          const expected = reportText(subject);
          args.before.clear();
          args.after.clear();
          args.frame.fill(0xee);
          const got = reportText(subject);
          check(got === expected, `Expected what ${name} gathered to stay ${expected}, got ${got}`);
        }
      },
    },
  ];
}

/** What the listener has gathered, as text. */
function reportText(subject: ProbesSubject): string {
  return JSON.stringify({ report: subject.report?.() });
}

function ipv4Arguments(): Arguments {
  return makeArguments(Ipv4Addr.parse("10.0.0.1"), Ipv4Addr.parse("10.0.0.2"), Ipv4Addr.parse("192.0.2.7"));
}

function ipv6Arguments(): Arguments {
  return makeArguments(Ipv6Addr.parse("fd00::1"), Ipv6Addr.parse("fd00::2"), Ipv6Addr.parse("2001:db8::7"));
}

/** Packets without an IP header have the default flow. */
function arpArguments(): Arguments {
  return { ...ipv4Arguments(), before: new FlowKey(), after: new FlowKey() };
}

function makeArguments(src: IpAddr, dst: IpAddr, external: IpAddr): Arguments {
  return {
    before: tcpFlow(src, dst),
    after: tcpFlow(external, dst),
    frame: Uint8Array.from({ length: 64 }, (_, i) => i),
    state: Object.freeze({ state: "SYN_SENT", guestSeq: 1, guestAck: 0, remoteSeq: 0, remoteAck: 0 }),
  };
}

function tcpFlow(src: IpAddr, dst: IpAddr): FlowKey {
  const flow = new FlowKey();
  flow.setFlowId({ proto: IpProtocol.Tcp, src, dst, kind: "ports", srcPort: 1025, dstPort: 80 });
  return flow;
}

function contents({ before, after, frame }: Arguments): string {
  return `${before.toString()} ${after.toString()} ${frame.join()}`;
}

/** `flow` under the eyes of a watcher who is told of every look at it after its lease is over. */
function lent(flow: FlowKey, lease: { readonly over: boolean }, onLate: () => void): FlowKey {
  return new Proxy(flow, {
    get(target, property): unknown {
      if (lease.over) onLate();
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      const method: unknown = value.bind(target);
      return method;
    },
  });
}
