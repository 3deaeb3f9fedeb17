// `opteadm trace`: the reference's DTrace scripts as live streams (spec 05 §19.2).

import type { FlowId, TraceEvent } from "opte-api";
import { parseFlowId } from "../grammar/flow-id.js";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText, numberUpTo } from "../grammar/values.js";
import { apiJson } from "../print/api-json.js";
import { McastSummary } from "../print/mcast-summary.js";
import { eventJson, TraceColumns } from "../print/trace-columns.js";
import { TraceHistogram } from "../print/trace-histogram.js";
import { PLAIN, tableText } from "../print/table/table.js";
import type { Session } from "../run/session.js";

const MAX_EVENTS = 1000;
const IDLE_MS = 100;
const HELP_COLUMNS = 4;

interface TraceOptions {
  readonly p?: string;
  readonly flow?: FlowId;
  readonly count?: number;
  readonly summary?: true;
  readonly quiet?: true;
  readonly debug?: true;
}

/** What `--debug` adds to a script. */
const DEBUG: ReadonlyMap<string, string> = new Map([["mcast-delivery", "mcast-debug"]]);

/** What the reference has scripts for. */
const SCRIPTS = [
  ...["bad-packet", "count-cycles", "flow-expire", "gen-desc-fail", "gen-ht-fail"],
  ...["guest-loopback", "ht", "ioctl", "layer-process", "mcast-delivery"],
  ...["next-hop", "port-process", "usdt-port-process", "rule-match", "tcp-flow-drop"],
  ...["tcp-flow-state", "uft-hit", "uft-invalidate"],
] as const;
const OURS = ["drop", "route-cache", "rule-deny", "tcp-err", "uft-tcp-closed"] as const;

/** What can be traced, as users are told. */
export const PROBE_NAMES: readonly string[] = [...SCRIPTS, ...OURS];

const HELP = `
Probes, as the reference's scripts are called, with or without "opte-" or
"usdt-" in front and ".d" behind:
${inColumns(SCRIPTS)}
and of our own:
${inColumns(OURS)}

usdt-port-process is port-process with the frame itself. A frame is shown in
hex: there is no mblk to show the address of.
count-cycles shows at the end how long batches of guests (tx) and of the
underlay (rx) took, in nanoseconds.
With --format json, each event is a line of JSON.`;

function inColumns(names: readonly string[]): string {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += HELP_COLUMNS) {
    const row = names.slice(at, at + HELP_COLUMNS).map((name) => name.padEnd(width));
    lines.push(`  ${row.join("").trimEnd()}`);
  }
  return lines.join("\n");
}

/** Adds the command. */
export function addTraceCommand(make: SubcommandMaker, session: Session): void {
  make("trace", "show events of the device as they happen, until interrupted")
    .positional("<PROBE>...", "what to show", asText)
    .takes("-p <PORT>", "only events of a port", asText)
    .takes("--flow <FLOW>", "only events of a flow: PROTO,SRC:PORT,DST:PORT, IPv6 in brackets", parseFlowId)
    .takes("--count <N>", "end after so many events", numberUpTo(Number.MAX_SAFE_INTEGER))
    .option("--summary", "count the events of mcast-delivery, and tell at the end")
    .option("--quiet", "show only what is told at the end; means --summary")
    .option("--debug", "of mcast-delivery, also show where the device begins and ends to look after a frame")
    .addHelpText("after", HELP)
    .action(async (probes: readonly string[], options: TraceOptions) => {
      await trace(session, probes, options);
    });
}

async function trace(session: Session, probes: readonly string[], options: TraceOptions): Promise<void> {
  const { p: portName, flow, count = Number.POSITIVE_INFINITY, quiet = false, summary = quiet, debug } = options;
  const filter = { ...(portName === undefined ? {} : { portName }), ...(flow === undefined ? {} : { flow }) };
  const device = await session.device();
  const added = debug === true ? probes.flatMap((probe) => debugProbe(probe) ?? []) : [];
  const { traceId } = await device.call("OpenTrace", { probes: [...probes, ...added], ...filter });
  try {
    const report = session.format === "json" ? jsonReport(quiet) : textReport(quiet, summary);
    const { stdout, stderr, pause } = session.surroundings;
    let left = count;
    while (left > 0) {
      const { events, lost } = await device.call("ReadTrace", { traceId, maxEvents: Math.min(left, MAX_EVENTS) });
      for (const event of events) stdout.write(report.tell(event));
      if (lost !== 0) stderr.write(`${lost} events were lost: they came faster than they were read\n`);
      left -= events.length;
      const isIdle = events.length === 0;
      if (left > 0 && !(await pause(isIdle ? IDLE_MS : 0))) break;
    }
    stdout.write(report.end());
  } finally {
    await device.call("CloseTrace", { traceId });
  }
}

function debugProbe(script: string): string | undefined {
  return DEBUG.get(script.replace(/^opte-/, "").replace(/\.d$/, ""));
}

/** What is written of each event, and in the end. */
interface Report {
  readonly tell: (event: TraceEvent) => string;
  readonly end: () => string;
}

/** Whoever reads JSON counts it as they like. */
function jsonReport(isQuiet: boolean): Report {
  return { tell: (event) => (isQuiet ? "" : `${apiJson(eventJson(event))}\n`), end: () => "" };
}

function textReport(isQuiet: boolean, hasSummary: boolean): Report {
  const columns = new TraceColumns();
  const histogram = new TraceHistogram();
  const counts = new McastSummary();
  return {
    tell: (event) => {
      if (event.probe === "count-cycles") {
        histogram.add(event);
        return "";
      }
      if (hasSummary && event.probe === "mcast-delivery") counts.add(event);
      return isQuiet ? "" : columns.print(event);
    },
    end: () => histogram.print() + tableText(counts.tables(), PLAIN),
  };
}
