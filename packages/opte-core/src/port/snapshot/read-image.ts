// Reads a port's image from plain data and checks all of it, before anything is built.

import type { Direction } from "opte-api";
import { LAYER_STAT_FIELDS } from "../../layer/layer-stats.js";
import type { RuleEntry } from "../../rule/rule-entry.js";
import { PORT_STAT_FIELDS } from "../port-stats.js";
import type { ImageBounds, LayerImage, PortImage, RulesImage } from "./port-image.js";
import type { SnapshotDecoder } from "./snapshot-codec.js";
import { readFlows } from "./read-flows.js";
import type { SnapshotReader } from "./snapshot-reader.js";

/** Pauses between slices of the work. @throws OpteError `PortCreate`, naming the member that is wrong */
export function* readImage(
  reader: SnapshotReader,
  bounds: ImageBounds,
  decoder: SnapshotDecoder,
): Generator<undefined, PortImage> {
  const image = new ImageReader(reader, bounds, decoder);
  return { ...image.read(), flows: image.hasFlows ? yield* readFlows(reader, bounds, decoder) : undefined };
}

/** Members of an image, and those that its flows make. */
const MEMBERS = ["epoch", "stats", "layers"] as const;
const FLOW_MEMBERS = ["templates", "recorded", "descriptors", "rows", "flows"] as const;

class ImageReader {
  readonly hasFlows: boolean;
  readonly #reader: SnapshotReader;
  readonly #bounds: ImageBounds;
  readonly #decoder: SnapshotDecoder;

  constructor(reader: SnapshotReader, bounds: ImageBounds, decoder: SnapshotDecoder) {
    this.#reader = reader;
    this.#bounds = bounds;
    this.#decoder = decoder;
    this.hasFlows = !reader.get("stats").isNull;
  }

  read(): Omit<PortImage, "flows"> {
    // What counters there are count flows.
    const reader = this.#reader.only(...MEMBERS, ...(this.hasFlows ? FLOW_MEMBERS : []));
    return {
      epoch: reader.get("epoch").integer(1),
      stats: this.#stats(reader.get("stats"), PORT_STAT_FIELDS.length),
      layers: reader
        .get("layers")
        .items(this.#bounds.layers.length)
        .map((layer, i) => this.#layer(layer, i)),
    };
  }

  /** Counters, which are absent from an image of rules alone: it has nothing that they count. */
  #stats(reader: SnapshotReader, count: number): number[] | undefined {
    if (this.hasFlows) return readNumbers(reader, count);
    return reader.isNull ? undefined : reader.fail("is there, but the port has no counters");
  }

  #layer(reader: SnapshotReader, index: number): LayerImage {
    const bounds = this.#bounds.layers[index];
    const name = reader.get("name").text();
    if (name !== bounds?.name) return reader.get("name").fail(`is not "${bounds?.name ?? ""}"`);
    const limit = reader.get("limit").integer(1);
    if (limit !== bounds.flowLimit) return reader.get("limit").fail(`is not ${bounds.flowLimit}`);
    return {
      stats: this.#stats(reader.get("stats"), LAYER_STAT_FIELDS.length),
      in: this.#rules(reader.get("in"), name, "in"),
      out: this.#rules(reader.get("out"), name, "out"),
    };
  }

  #rules(reader: SnapshotReader, layer: string, dir: Direction): RulesImage {
    const nextId = reader.get("nextId").integer();
    const list = reader.get("entries");
    const rules = list.items().map((entry): RuleEntry => ({
      id: entry.get("id").integer(0, nextId - 1),
      hits: entry.get("hits").integer(),
      rule: this.#decoder.rule(layer, dir, entry.get("rule")),
    }));
    if (new Set(rules.map(({ id }) => id)).size < rules.length) return list.fail("has two rules with one id");
    return { nextId, defaultHits: reader.get("defaultHits").integer(), entries: rules };
  }
}

function readNumbers(reader: SnapshotReader, count: number): number[] {
  return reader.items(count).map((number) => number.integer());
}
