// `opteadm trace`: the reference's DTrace scripts as live streams (spec 05 §19.2).

import type { FlowId } from "opte-api";
import { parseFlowId } from "../grammar/flow-id.js";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText, numberUpTo } from "../grammar/values.js";
import { apiJson } from "../print/api-json.js";
import { eventJson, TraceColumns } from "../print/trace-columns.js";
import type { Session } from "../run/session.js";

const MAX_EVENTS = 1000;
const IDLE_MS = 100;

interface TraceOptions {
  readonly p?: string;
  readonly flow?: FlowId;
  readonly count?: number;
}

const PROBES = `
Probes, with or without "opte-" in front, as the reference's scripts are called:
  bad-packet        flow-expire     gen-desc-fail   gen-ht-fail     guest-loopback
  ht                ioctl           layer-process   mcast-delivery  next-hop
  port-process      rule-match      tcp-flow-drop   tcp-flow-state  uft-hit
  uft-invalidate
and of our own: drop, route-cache, rule-deny, tcp-err, uft-tcp-closed.

With --format json, each event is a line of JSON.`;

/** Adds the command. */
export function addTraceCommand(make: SubcommandMaker, session: Session): void {
  make("trace", "show events of the device as they happen, until interrupted")
    .positional("<PROBE>...", "what to show", asText)
    .takes("-p <PORT>", "only events of a port", asText)
    .takes("--flow <FLOW>", "only events of a flow: PROTO,SRC:PORT,DST:PORT, IPv6 in brackets", parseFlowId)
    .takes("--count <N>", "end after so many events", numberUpTo(Number.MAX_SAFE_INTEGER))
    .addHelpText("after", PROBES)
    .action(async (probes: readonly string[], options: TraceOptions) => {
      await trace(session, probes, options);
    });
}

async function trace(session: Session, probes: readonly string[], options: TraceOptions): Promise<void> {
  const { p: portName, flow, count = Number.POSITIVE_INFINITY } = options;
  const filter = { ...(portName === undefined ? {} : { portName }), ...(flow === undefined ? {} : { flow }) };
  const device = await session.device();
  const { traceId } = await device.call("OpenTrace", { probes, ...filter });
  try {
    const columns = new TraceColumns();
    const { stdout, stderr, pause } = session.surroundings;
    let left = count;
    while (left > 0) {
      const { events, lost } = await device.call("ReadTrace", { traceId, maxEvents: Math.min(left, MAX_EVENTS) });
      for (const event of events) {
        stdout.write(session.format === "json" ? `${apiJson(eventJson(event))}\n` : columns.print(event));
      }
      if (lost !== 0) stderr.write(`${lost} events were lost: they came faster than they were read\n`);
      left -= events.length;
      const isIdle = events.length === 0;
      if (left > 0 && !(await pause(isIdle ? IDLE_MS : 0))) break;
    }
  } finally {
    await device.call("CloseTrace", { traceId });
  }
}
