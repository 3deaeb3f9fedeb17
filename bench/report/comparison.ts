// What has changed since a saved run.

import type { Row } from "../harness/row.ts";
import type { Table } from "../table.ts";
import { quantity } from "./text.ts";
import type { Results } from "./results.ts";

/** Changes below this share are taken for noise. */
const NOISE = 0.05;

/** Every row that both runs have; ratios are compared where there are any, as they do not depend on how busy the machine is. */
export function comparisonTable(before: Results, after: Results): Table {
  const old = new Map(before.rows.map((row) => [row.name, row]));
  const rows = after.rows.flatMap((row) => {
    const earlier = old.get(row.name);
    return earlier === undefined ? [] : [changeCells(earlier, row)];
  });
  return { title: `Since ${before.commit} of ${before.date}`, head: ["case", "before", "now", "change", ""], rows };
}

function changeCells(before: Row, now: Row): string[] {
  const [was, is] =
    before.ratio !== undefined && now.ratio !== undefined
      ? [before.ratio.best, now.ratio.best]
      : [before.best, now.best];
  const isRatio = now.ratio !== undefined && before.ratio !== undefined;
  const text = (value: number): string => (isRatio ? `${value.toFixed(2)} floors` : quantity(value, now.unit));
  const change = was === 0 ? 0 : is / was - 1;
  const isMoreGood = now.unit === "times";
  const verdict = Math.abs(change) < NOISE ? "" : change < 0 === !isMoreGood ? "better" : "WORSE";
  return [now.name, text(was), text(is), `${change >= 0 ? "+" : ""}${(change * 100).toFixed(0)} %`, verdict];
}
