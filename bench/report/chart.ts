// A line chart as SVG: a few points over a logarithmic axis, readable on light and dark pages.

/** A line. */
export interface Series {
  readonly name: string;
  /** Any CSS colour. */
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 70, right: 700, top: 60, bottom: 300 } as const;
/** As much darker than a light page as it is lighter than a dark one. */
const INK = "#767676";
/** Of a letter of a label, at most, and between two labels. */
const LETTER_WIDTH = 7;
const GAP = 6;

/** Both axes are logarithmic; an x of 0 stands at the left edge. */
export function chartSvg({ title, xName, yName, series }: Chart): string {
  const xs = series.flatMap(({ points }) => points.map(([x]) => Math.max(1, x)));
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
  const toX = scale(Math.min(...xs), Math.max(...xs), PLOT.left, PLOT.right);
  const [low, high] = [tickBelow(Math.min(...ys)), Math.max(...ys) * 1.2];
  const toY = scale(low, high, PLOT.bottom, PLOT.top);
  const grid = ticks(low, high).map(
    (y) =>
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${toY(y)}" y2="${toY(y)}" stroke="#8884"/>` +
      `<text x="${PLOT.left - 8}" y="${toY(y) + 4}" text-anchor="end">${short(y)}</text>`,
  );
  const places = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].toSorted((a, b) => a - b);
  const marks = withoutOverlap(places.map((x) => ({ at: toX(Math.max(1, x)), text: short(x) }))).map(
    ({ at, text }) => `<text x="${at}" y="${PLOT.bottom + 18}" text-anchor="middle">${text}</text>`,
  );
  const lines = series.map(({ color, points }) => {
    const at = points.map(([x, y]) => `${toX(Math.max(1, x))},${toY(y)}`);
    const dots = points.map(
      ([x, y], i) =>
        `<circle cx="${at[i]?.split(",")[0] ?? 0}" cy="${toY(y)}" r="3.5" fill="${color}"><title>${x}: ${y.toFixed(1)}</title></circle>`,
    );
    return `<polyline points="${at.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join("")}`;
  });
  const legend = series.map(
    ({ name, color }, i) =>
      `<rect x="${PLOT.left + i * 190}" y="${HEIGHT - 22}" width="12" height="12" fill="${color}"/>` +
      `<text x="${PLOT.left + 18 + i * 190}" y="${HEIGHT - 12}">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<text x="${PLOT.left}" y="24" font-size="15">${title}</text>`,
    `<text x="${PLOT.left}" y="42">${yName}</text>`,
    `<text x="${PLOT.right}" y="${PLOT.bottom + 36}" text-anchor="end">${xName}</text>`,
    ...grid,
    ...marks,
    ...lines,
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  const span = Math.log(high / low) || 1;
  return (value) => Math.round((from + ((to - from) * Math.log(value / low)) / span) * 10) / 10;
}

function decadeBelow(value: number): number {
  return 10 ** Math.floor(Math.log10(value));
}

/** The highest tick below the lowest value, so that no line runs along the axis. */
function tickBelow(value: number): number {
  return ticks(decadeBelow(value) / 10, value * 0.9).at(-1) ?? decadeBelow(value);
}

/** 1, 2 and 5 of each decade. */
function ticks(low: number, high: number): number[] {
  const all: number[] = [];
  for (let decade = decadeBelow(low); decade <= high; decade *= 10) all.push(decade, decade * 2, decade * 5);
  return all.filter((value) => value >= low && value <= high);
}

interface Label {
  readonly at: number;
  readonly text: string;
}

/** The labels from left to right, without those that have no room behind the one before; the last one stays. */
function withoutOverlap(labels: readonly Label[]): Label[] {
  const kept: Label[] = [];
  for (const label of labels) {
    const isLast = label === labels.at(-1);
    while (isLast && kept.length > 0 && !hasRoom(kept.at(-1), label)) kept.pop();
    if (hasRoom(kept.at(-1), label)) kept.push(label);
  }
  return kept;
}

function hasRoom(before: Label | undefined, { at, text }: Label): boolean {
  return before === undefined || at - before.at >= ((before.text.length + text.length) * LETTER_WIDTH) / 2 + GAP;
}

/** Round numbers in thousands and millions; others, such as powers of two, as they are. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 && value % 100 === 0 ? `${value / 1000}k` : String(value);
}
