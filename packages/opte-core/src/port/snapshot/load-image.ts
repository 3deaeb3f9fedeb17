// Fills the tables of a fresh port from an image that has been checked.

import type { PortParts } from "../port-parts.js";
import { loadFlows } from "./load-flows.js";
import type { PortImage } from "./port-image.js";

/**
 * Pauses between slices of the work.
 *
 * @param nowMs this process's time, in place of the one at which the snapshot was taken
 */
export function* loadImage(parts: PortParts, image: PortImage, nowMs: number): Generator<undefined> {
  const { layers, stats } = parts;
  if (image.flows !== undefined) yield* loadFlows(parts, image.flows, nowMs);
  for (const [i, layer] of image.layers.entries()) {
    for (const dir of ["in", "out"] as const) {
      const { entries, nextId, defaultHits } = layer[dir];
      layers[i]?.loadRules(dir, entries, nextId, defaultHits);
    }
    if (layer.stats !== undefined) layers[i]?.stats.values.set(layer.stats);
  }
  if (image.stats !== undefined) stats.set(image.stats);
}
