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
const PLOT = { left: 70, right: 700, top: 50, bottom: 300 } as const;

/** Both axes are logarithmic; an x of 0 stands at the left edge. */
export function chartSvg({ title, xName, yName, series }: Chart): string {
  const xs = series.flatMap(({ points }) => points.map(([x]) => Math.max(1, x)));
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
  const toX = scale(Math.min(...xs), Math.max(...xs), PLOT.left, PLOT.right);
  const [low, high] = [decadeBelow(Math.min(...ys)), Math.max(...ys) * 1.2];
  const toY = scale(low, high, PLOT.bottom, PLOT.top);
  const grid = ticks(low, high).map(
    (y) =>
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${toY(y)}" y2="${toY(y)}" stroke="#8884"/>` +
      `<text x="${PLOT.left - 8}" y="${toY(y) + 4}" text-anchor="end">${short(y)}</text>`,
  );
  const marks = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].map(
    (x) => `<text x="${toX(Math.max(1, x))}" y="${PLOT.bottom + 18}" text-anchor="middle">${short(x)}</text>`,
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
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">`,
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

/** 1, 2 and 5 of each decade. */
function ticks(low: number, high: number): number[] {
  const all: number[] = [];
  for (let decade = low; decade <= high; decade *= 10) all.push(decade, decade * 2, decade * 5);
  return all.filter((value) => value <= high);
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : String(value);
}
