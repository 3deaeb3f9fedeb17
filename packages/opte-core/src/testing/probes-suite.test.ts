import type { FlowKey } from "../flow/flow-id.js";
import type { ProbesProvider, TcpProbeState } from "../provider/probes.js";
import { NULL_PROBES } from "../provider/probes.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { probesSuite } from "./probes-suite.js";

type Listener = ProbesProvider<FlowKey>;

/** A listener that keeps a line for every call. */
function recorder(): { probes: Listener; report: () => readonly string[] } {
  const lines: string[] = [];
  return {
    probes: {
      portProcessEntry: (dir, port, flow, epoch, frame) =>
        void lines.push(`${dir} ${port} ${flow.toString()} ${epoch} ${frame.join()}`),
      htRun: (port, location, dir, before, after) =>
        void lines.push(`${port} ${location} ${dir} ${before.toString()} ${after.toString()}`),
      tcpFlowDrop: (port, flow, state) => void lines.push(`${port} ${flow.toString()} ${state.state}`),
    },
    report: () => lines,
  };
}

const TAKES = "takes every probe of every kind of flow, and returns nothing to wait for";
const NO_WRITE = "writes to no argument";
const NOT_LATE = "reads no flow once the call is over";
const COPIES = "has gathered copies, which the next packet does not change";

const mutant = (fault: string, rule: string, make: () => { probes: Listener; report?(): unknown }): Mutant => ({
  fault,
  rule,
  suite: probesSuite(make),
});

/** A listener of one probe point that does wrong. */
const listening = (fault: string, rule: string, probes: Listener): Mutant => mutant(fault, rule, () => ({ probes }));

trySuite(
  "probesSuite",
  {
    "a listener to nothing": probesSuite(() => ({ probes: NULL_PROBES })),
    "a listener that writes down what it hears": probesSuite(recorder),
    "a listener with state of its own": probesSuite(() => ({ probes: new HitCounter() })),
  },
  [
    listening("throws", TAKES, {
      uftHit: () => {
        throw new Error("Cannot count");
      },
    }),
    listening("knows IPv4 only", TAKES, {
      ruleMatch: (_port, _layer, _dir, flow) => {
        if (flow.family === 6) throw new Error("No IPv4 flow");
      },
    }),
    listening("takes every packet for one with ports", TAKES, {
      layerProcessEntry: (_dir, _port, _layer, flow) => {
        if (flow.isDefault) throw new Error("No ports");
      },
    }),
    listening("goes on by itself", TAKES, { tcpErr: (): unknown => Promise.resolve() }),
    listening("swaps the ends of a flow", NO_WRITE, {
      ruleDeny: (_port, _layer, _dir, flow) => {
        flow.mirrorFrom(flow);
      },
    }),
    listening("clears the flow that a packet left with", NO_WRITE, {
      portProcessReturn: (_dir, _port, _before, after) => {
        after.clear();
      },
    }),
    listening("blanks out addresses in the frame", NO_WRITE, {
      portProcessEntry: (_dir, _port, _flow, _epoch, frame) => {
        frame.fill(0, 26, 34);
      },
    }),
    listening("changes a TCP state", NO_WRITE, {
      tcpFlowDrop: (_port, _flow, state: TcpProbeState) => {
        Object.assign(state, { state: "CLOSED" });
      },
    }),
    listening("sorts labels", NO_WRITE, {
      portProcessReturn: (_dir, _port, _before, _after, _epoch, labels) => {
        Array.prototype.sort.call(labels);
      },
    }),
    listening("prints a flow later", NOT_LATE, {
      uftInvalidate: (_dir, _port, flow) => {
        void Promise.resolve().then(() => flow.toString());
      },
    }),
    mutant("gathers the engine's own flows", NOT_LATE, () => {
      const flows: FlowKey[] = [];
      return {
        probes: { flowExpired: (_port, _table, flow) => void flows.push(flow) },
        report: () => flows.map((flow) => flow.toString()),
      };
    }),
    mutant("gathers the engine's own frames", COPIES, () => {
      const frames: Uint8Array[] = [];
      return {
        probes: { portProcessEntry: (_dir, _port, _flow, _epoch, frame) => void frames.push(frame) },
        report: () => frames,
      };
    }),
    mutant("gathers the words of flows", COPIES, () => {
      const words: Int32Array[] = [];
      return {
        probes: { genHtFail: (_port, _layer, _dir, flow) => void words.push(flow.words) },
        report: () => words,
      };
    }),
  ],
);

class HitCounter implements Listener {
  hits = 0;

  uftHit(): void {
    this.hits++;
  }
}
