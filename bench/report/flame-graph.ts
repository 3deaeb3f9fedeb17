// A flame graph as one SVG: each box a function, as wide as its share of the time, above those that called it; its title says the rest.

/** A function in the stack that led to it. */
export interface FlameNode {
  readonly name: string;
  /** Time in it and in what it called. */
  ms: number;
  readonly children: Map<string, FlameNode>;
}

const WIDTH = 1200;
const ROW = 18;
/** Boxes that are narrower are left out. */
const LEAST_WIDTH = 0.5;
const LETTER = 6.6;

export function flameGraphSvg(title: string, root: FlameNode): string {
  const depth = depthOf(root);
  const height = (depth + 2) * ROW;
  const boxes: string[] = [];
  const draw = (node: FlameNode, x: number, level: number): void => {
    const width = (node.ms / root.ms) * WIDTH;
    if (width < LEAST_WIDTH) return;
    const y = height - (level + 1) * ROW;
    const share = ((100 * node.ms) / root.ms).toFixed(1);
    const text = escaped(node.name.slice(0, Math.max(0, Math.floor(width / LETTER) - 1)));
    boxes.push(
      `<g><title>${escaped(node.name)}: ${share} %, ${node.ms.toFixed(1)} ms</title>` +
        `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" rx="2" fill="${colour(node.name)}"/>` +
        `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${text}</text></g>`,
    );
    let at = x;
    for (const child of [...node.children.values()].toSorted((a, b) => b.ms - a.ms)) {
      draw(child, at, level + 1);
      at += (child.ms / root.ms) * WIDTH;
    }
  };
  draw(root, 0, 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="13" font-size="13">${escaped(title)}: ${root.ms.toFixed(0)} ms</text>`,
    ...boxes,
    "</svg>",
    "",
  ].join("\n");
}

function depthOf(node: FlameNode): number {
  return 1 + Math.max(0, ...[...node.children.values()].map(depthOf));
}

/** A warm colour, the same for the same function. */
function colour(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return `hsl(${15 + (hash % 40)} 85% ${65 + ((hash >>> 8) % 15)}%)`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
