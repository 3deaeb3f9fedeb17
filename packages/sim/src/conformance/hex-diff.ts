// Two byte strings side by side in rows of hex, only where they differ.

const ROW = 16;

/** Rows of 16 bytes that differ: the expected one behind `-`, the actual one behind `+`, carets under the bytes. */
export function hexDiff(expected: Uint8Array, actual: Uint8Array): string[] {
  const lines: string[] = [];
  const length = Math.max(expected.length, actual.length);
  for (let at = 0; at < length; at += ROW) {
    const want = expected.subarray(at, at + ROW);
    const got = actual.subarray(at, at + ROW);
    const marks = Array.from({ length: ROW }, (_, i) => (want[i] === got[i] ? "  " : "^^"));
    if (!marks.includes("^^")) continue;
    const offset = at.toString(16).padStart(4, "0");
    lines.push(`${offset} - ${rowText(want)}`, `${offset} + ${rowText(got)}`, `       ${marks.join(" ")}`.trimEnd());
  }
  return lines;
}

function rowText(row: Uint8Array): string {
  return Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
