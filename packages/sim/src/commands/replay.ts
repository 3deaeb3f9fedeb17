// `opte-sim replay`: the traffic of a recorded guest through a port, packet by packet.

import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import type { Command } from "commander";
import { CaptureError } from "../capture/capture-error.js";
import type { EventFilter } from "../replay/event-filter.js";
import { eventJson, summaryJson } from "../replay/event-json.js";
import { eventLine, lineHeading, type LineFormat, type Outcome } from "../replay/event-line.js";
import type { Replay } from "../replay/replay.js";
import type { ReplayConfig } from "../replay/replay-config.js";
import type { ReplayEvent } from "../replay/replay-event.js";
import type { ReplaySummary } from "../replay/replay-summary.js";
import { summaryLines } from "../replay/summary-text.js";
import { FileRecording } from "./file-recording.js";
import { LineOutput } from "./line-output.js";
import { ProgressBar } from "./progress-bar.js";
import { isSameFile, openReplay, readConfigFile, readFilter, readInputFile } from "./replay-input.js";
import { UserError } from "xde-binding/program";

interface ReplayFlags {
  readonly config: string;
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly filter?: string;
}

/** Captures beyond either of these are long: a progress bar shows how far they are. */
const LONG_BYTES = 5_000_000;
const LONG_PACKETS = 20_000;
/** Packets between two looks at the progress. */
const PROGRESS_INTERVAL = 1000;

/** Columns of flows: enough for IPv6 echoes between link-local addresses. */
const FLOW_WIDTH = 88;

const COLOURS: Readonly<Record<Outcome, Parameters<typeof styleText>[0]>> = {
  modified: "green",
  hairpin: "cyan",
  drop: "yellow",
  parse_error: "red",
  error: "red",
  recorded: "gray",
  unusable: "red",
};

const HELP = `
Terms of --filter, joined by blanks:
  dir=in|out   kind=guest|return|recorded|unusable   verdict=modified|hairpin|drop|parse_error|error
  proto=arp|tcp|udp|icmp|icmp6   host=ADDRESS   port=NUMBER   layer=NAME, the one that decided

The configuration needs "boundaryServices": the address, VNI and MAC address that return traffic comes from.`;

/**
 * Adds the command to `program`.
 *
 * @param captures folder of the recorded capture and its port's configuration, which are the defaults
 */
export function addReplayCommand(program: Command, captures: URL): void {
  program
    .command("replay")
    .description("replay a capture of a guest's traffic through a port, and say why each packet fared as it did")
    .argument("[capture]", "pcap or pcapng file; the recorded guest's by default")
    .option("--config <file>", "configuration of the port, in JSON; the recorded guest's by default")
    .option("--out <file>", "where to write what passed the port, as pcapng", "out.pcapng")
    .option("--json", "write one JSON object a line")
    .option("--quiet", "write the summary only")
    .option("--filter <terms>", "list only packets that match all terms; the summary and --out have all packets")
    .addHelpText("after", HELP)
    .action(async (path: string | undefined, flags: Partial<ReplayFlags> & { readonly out: string }) => {
      const inFolder = (name: string): string => fileURLToPath(new URL(name, captures));
      await run(path ?? inFolder("guest.pcapng"), { ...flags, config: flags.config ?? inFolder("port.json") });
    });
}

async function run(path: string, flags: ReplayFlags): Promise<void> {
  const filter = readFilter(flags.filter);
  const config = readConfigFile(flags.config);
  const capture = readInputFile(path);
  if (isSameFile(path, flags.out)) throw new UserError(`File "${flags.out}" is the capture: --out would replace it`);
  const replayed = openReplay(capture, config, flags.config);
  const damage = await play(replayed, capture.length, filter, flags);
  const summary = replayed.summary();
  if (damage === undefined || summary.packets > 0) writeSummary(summary, config, flags);
  if (damage !== undefined)
    throw new UserError(`Capture "${path}" cannot be read: ${damage.message}`, { cause: damage });
}

/** Plays a capture to its end, or to where it is damaged. @returns the damage */
async function play(
  replayed: Replay,
  captureLen: number,
  filter: EventFilter,
  flags: ReplayFlags,
): Promise<CaptureError | undefined> {
  const bar = process.stderr.isTTY ? new ProgressBar(process.stderr) : undefined;
  const lines = new LineOutput(process.stdout, () => bar?.clear());
  const toLine = lineWriter(flags);
  // Made with the first packet: of a file that is no capture, nothing is written.
  let recording: FileRecording | undefined;
  let packets = 0;
  let damage: CaptureError | undefined;
  try {
    for (const event of replayed) {
      if (packets === 0 && toLine.heading !== undefined) await lines.add(toLine.heading);
      packets++;
      recording ??= new FileRecording(flags.out);
      recording.write(event);
      if (toLine.write !== undefined && filter(event)) await lines.add(toLine.write(event));
      if (packets % PROGRESS_INTERVAL === 0 && (captureLen > LONG_BYTES || packets > LONG_PACKETS)) {
        bar?.show(replayed.offset / captureLen);
      }
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    damage = error;
  } finally {
    bar?.clear();
  }
  await lines.flush();
  if (damage === undefined) recording ??= new FileRecording(flags.out);
  recording?.close();
  return damage;
}

/** How events are listed: as lines under a heading, as JSON, or not at all. */
function lineWriter({ json, quiet }: ReplayFlags): {
  readonly heading?: string;
  readonly write?: (event: ReplayEvent) => string;
} {
  if (quiet === true) return {};
  if (json === true) return { write: (event) => JSON.stringify(eventJson(event)) };
  const { isTTY, columns } = process.stdout;
  const format: LineFormat = {
    flowWidth: FLOW_WIDTH,
    ...(isTTY ? { maxWidth: columns } : {}),
    // It knows NO_COLOR, and whether standard output is a terminal.
    paint: (outcome, text) => styleText(COLOURS[outcome], text, { stream: process.stdout }),
  };
  return { heading: lineHeading(format), write: (event) => eventLine(event, format) };
}

function writeSummary(summary: ReplaySummary, config: ReplayConfig, { json, quiet, out }: ReplayFlags): void {
  if (json === true) {
    console.log(JSON.stringify(summaryJson(summary)));
  } else {
    if (quiet !== true) console.log();
    for (const line of summaryLines(summary)) console.log(line);
    console.log(`\nWritten to ${out}: what passed the port, on the interfaces "guest" and "underlay"`);
  }
  if (summary.packets > 0 && summary.guest.packets === 0) {
    console.error(
      `Warning: No packet comes from the guest "${config.guestMac.toString()}". Is this the configuration of its port?`,
    );
  }
}
