// Our own tables: aligned, nothing cut, one header a table.

import { textWidth } from "../text-width.js";

/** How a text is set off. */
export interface TableStyle {
  readonly heading: (text: string) => string;
}

/** For files and pipes. */
export const PLAIN: TableStyle = { heading: (text) => text };

/** For terminals: headings in bold (ECMA-48 §8.3.117). */
export const COLOUR: TableStyle = { heading: (text) => `\u001b[1m${text}\u001b[22m` };

/** A column; numbers stand at its right side. */
export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

export function left(heading: string): Column {
  return { heading, align: "left" };
}

export function right(heading: string): Column {
  return { heading, align: "right" };
}

/** A table with a title over it, or without one. */
export interface Table {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = "  ";
/** What stands for a value that is not there. */
export const ABSENT = "-";

/** The text of tables, with a blank line between each two. */
export function tableText(tables: readonly Table[], style: TableStyle): string {
  return tables
    .map((table) =>
      lines(table, style)
        .map((line) => `${line}\n`)
        .join(""),
    )
    .join("\n");
}

function lines({ title, columns, rows }: Table, style: TableStyle): string[] {
  const widths = columns.map(({ heading }, i) =>
    rows.reduce((most, row) => Math.max(most, textWidth(row[i] ?? "")), textWidth(heading)),
  );
  const line = (texts: readonly string[]): string =>
    columns
      .map(({ align }, i) => pad(texts[i] ?? "", widths[i] ?? 0, align))
      .join(GAP)
      .trimEnd();
  return [
    ...(title === undefined ? [] : [style.heading(title)]),
    style.heading(line(columns.map(({ heading }) => heading))),
    ...rows.map((row) => line(row.map(oneLine))),
  ];
}

function pad(text: string, width: number, align: Column["align"]): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "right" ? blanks + text : text + blanks;
}

/** A cell stays on its line and does not speak to the terminal, whatever a device has sent. */
function oneLine(text: string): string {
  if (text === "") return ABSENT;
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
