// What a snapshot is read into before anything is built of it: rules and counters as objects, flows as rows that have been checked.
//
// Entries refer to each other by their rows here. Times are ages in ms, because another process has another clock.

import type { FlowDescriptor } from "../../action/action.js";
import type { RuleEntry } from "../../rule/rule-entry.js";
import type { RecordedTransforms } from "../uft.js";
import type { Section } from "./flow-columns.js";
import type { RowReader } from "./row-reader.js";

/** What the port will be, which the image has to fit. */
export interface ImageBounds {
  readonly uft: number;
  readonly tcp: number;
  readonly layers: readonly { readonly name: string; readonly flowLimit: number }[];
}

export interface PortImage {
  readonly epoch: number;
  /** Absent, as are those of all layers, if the image has rules alone: then counting begins anew. */
  readonly stats: readonly number[] | undefined;
  readonly layers: readonly LayerImage[];
  /** Absent if the image has rules alone. */
  readonly flows: FlowsImage | undefined;
}

export interface LayerImage {
  readonly stats: readonly number[] | undefined;
  readonly in: RulesImage;
  readonly out: RulesImage;
}

export interface RulesImage {
  readonly entries: readonly RuleEntry[];
  readonly nextId: number;
  readonly defaultHits: number;
}

/** Rows refer only to what is there, and the tables have room for them, each flow once. */
export interface FlowsImage {
  readonly rows: Readonly<Record<Section, RowReader>>;
  readonly templates: readonly TemplateImage[];
  readonly recorded: readonly RecordedTransforms[];
  /** Pairs with halves, by layer. */
  readonly layerPairs: readonly number[];
  /** By the rows of `pairs`. */
  readonly descriptors: readonly (FlowDescriptor | undefined)[];
  /** The rows of `parents`. */
  readonly parents: Int32Array;
  /** The rows of `programs`, one after the other. */
  readonly programs: Int32Array;
  /** By the rows of `uftIn`, one after the other: the flow that answers. */
  readonly answers: Int32Array;
}

export interface TemplateImage {
  readonly bytes: Uint8Array;
  readonly udpAt: number;
}
