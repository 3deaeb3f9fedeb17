// `opteadm stats`: the counters of the device, of its ports and their layers.

import type { StatBlockDump, Uint64 } from "opte-api";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText, numberUpTo } from "../grammar/values.js";
import { left, right, type Table } from "../print/table/table.js";
import type { Session } from "../run/session.js";

const MAX_SECONDS = 86_400;
const DEFAULT_SECONDS = 1;
/** Clears a terminal and goes to its upper left corner (ECMA-48 §8.3.39, §8.3.21). */
const CLEAR = "\u001b[2J\u001b[H";

interface StatsOptions {
  readonly p?: string;
  readonly nonzero?: true;
  readonly watch?: number | true;
}

/** Adds the command. */
export function addStatsCommand(make: SubcommandMaker, session: Session): void {
  make("stats", "show counters")
    .takes("-p <PORT>", "only those of a port and its layers", asText)
    .takes("--watch [SECONDS]", "show them again and again, and how much they grow", seconds)
    .option("--nonzero", "leave out counters that are zero")
    .action(async ({ p: port, nonzero, watch }: StatsOptions) => {
      const wanted = (blocks: readonly StatBlockDump[]): StatBlockDump[] =>
        blocks
          .filter(({ name }) => port === undefined || name === port || name.startsWith(`${port}_`))
          .map((block) => ({ ...block, fields: block.fields.filter(([, value]) => nonzero !== true || value !== 0) }));
      const device = await session.device();
      const read = async (): Promise<StatBlockDump[]> => wanted((await device.call("ListStats", undefined)).blocks);
      if (watch === undefined) show(session, await read());
      else await showAgain(session, read, watch === true ? DEFAULT_SECONDS : watch);
    });
}

function seconds(text: string): number {
  return numberUpTo(MAX_SECONDS)(text);
}

function show(session: Session, blocks: readonly StatBlockDump[]): void {
  const tables = (): Table[] => [statsTable(blocks)];
  session.show({ json: { blocks }, tables, compat: () => kstatText(blocks) });
}

/** Until the user interrupts. */
async function showAgain(session: Session, read: () => Promise<StatBlockDump[]>, everySeconds: number): Promise<void> {
  const { pause, stdout } = session.surroundings;
  let before: ReadonlyMap<string, Uint64> | undefined;
  do {
    const blocks = await read();
    if (stdout.isTerminal && session.format === "table") stdout.write(CLEAR);
    const table = statsTable(blocks, before, everySeconds);
    session.show({ json: { blocks }, tables: () => [table], compat: () => kstatText(blocks) });
    before = valuesByName(blocks);
  } while (await pause(Math.max(1, everySeconds) * 1000));
}

function valuesByName(blocks: readonly StatBlockDump[]): Map<string, Uint64> {
  return new Map(blocks.flatMap(({ name, fields }) => fields.map(([field, value]) => [`${name} ${field}`, value])));
}

/** @param before the values of the last time, if there was one */
function statsTable(
  blocks: readonly StatBlockDump[],
  before?: ReadonlyMap<string, Uint64>,
  everySeconds: number = DEFAULT_SECONDS,
): Table {
  const columns = [left("OF"), left("COUNTER"), right("VALUE"), ...(before === undefined ? [] : [right("PER SECOND")])];
  const rows = blocks.flatMap(({ name, fields }) =>
    fields.map(([field, value]) => {
      const cells = [name, field, String(value)];
      if (before === undefined) return cells;
      const grown = Number(BigInt(value) - BigInt(before.get(`${name} ${field}`) ?? value));
      return [...cells, (grown / Math.max(1, everySeconds)).toFixed(1)];
    }),
  );
  return { columns, rows };
}

/** The form of `kstat -p`, with which the reference's statistics are read. */
function kstatText(blocks: readonly StatBlockDump[]): string {
  return blocks
    .flatMap(({ module, name, fields }) => fields.map(([field, value]) => `${module}:0:${name}:${field}\t${value}\n`))
    .join("");
}
