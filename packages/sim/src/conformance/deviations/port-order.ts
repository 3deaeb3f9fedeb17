// The reference's order of ports is none: of three names, each may come before the next, all around.

/** Spec 05 §23 item 15: where no order follows, the lines must be the same ones. */
export const PORT_ORDER_RULE = {
  weakness: "05 W15 port order",
  sentence: "Ports whose names the reference's comparison puts in a circle may be listed in any order.",
  isReordered: (expected: string, actual: string): boolean => lines(expected) === lines(actual),
} as const;

function lines(text: string): string {
  return text.split("\n").toSorted().join("\n");
}
