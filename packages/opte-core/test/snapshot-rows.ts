// The rows of a snapshot's flows as plain numbers, to be looked at, changed, and written down again.

import { ByteTextWriter, readByteText } from "../src/port/snapshot/byte-text.js";
import { COLUMNS, type Section, SECTIONS } from "../src/port/snapshot/flow-columns.js";
import { RowReader } from "../src/port/snapshot/row-reader.js";
import { RowWriter } from "../src/port/snapshot/row-writer.js";
import { SnapshotReader } from "../src/port/snapshot/snapshot-reader.js";
import type { SnapshotObject } from "../src/port/snapshot/snapshot-value.js";
import { inOneGo } from "../src/flow/slices.js";

/** Values of each row, by column. */
export type Rows = Readonly<Record<Section, readonly (readonly number[])[]>>;

/** @param tables `content.tables` of a port's snapshot, with flows */
export function readRows(tables: unknown): Rows {
  const reader = new SnapshotReader(tables, "tables");
  const source = reader.get("flows");
  const bytes = readByteText(source);
  let start = 0;
  const read = (section: Section): number[][] => {
    const columns = COLUMNS[section];
    const rows = new RowReader(section, columns, reader.get("rows").get(section).integer(), bytes, start, source);
    const values: number[][] = [];
    inOneGo(rows.read(() => values.push(columns.map((_, column) => rows.get(column)))));
    start = rows.end;
    return values;
  };
  return {
    tcp: read("tcp"),
    uftIn: read("uftIn"),
    uftOut: read("uftOut"),
    parents: read("parents"),
    programs: read("programs"),
    pairs: read("pairs"),
  };
}

/** The members of `content.tables` that say these rows, with checksums that fit. */
export function writeRows(rows: Rows): SnapshotObject {
  const bytes = new ByteTextWriter();
  const counts = SECTIONS.map((section) => {
    const writer = new RowWriter(COLUMNS[section], bytes);
    for (const row of rows[section]) {
      for (const [column, value] of row.entries()) writer.set(column, value);
      writer.next();
    }
    return [section, writer.finish()] as const;
  });
  return { rows: Object.fromEntries(counts), flows: bytes.finish() };
}
