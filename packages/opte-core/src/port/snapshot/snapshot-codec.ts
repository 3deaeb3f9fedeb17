// What a network contributes to snapshots of its ports: the code that the engine only runs, as data and back.

import type { Direction } from "opte-api";
import type { FlowDescriptor } from "../../action/action.js";
import type { Rule } from "../../rule/rule.js";
import type { BodyTransform } from "../../transform/body-transform.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import type { SnapshotValue } from "./snapshot-value.js";

/**
 * Writes rules, descriptors and body transformations of a port; all of them are the network's own. Rules are asked for when the port is
 * copied, the others as the copy is written down: what is said of them must not depend on what happened since.
 */
export interface SnapshotEncoder {
  rule(layer: string, dir: Direction, rule: Rule): SnapshotValue;
  /** Descriptors that are alike are written once; quickest if they get the same object. */
  descriptor(layer: string, descriptor: FlowDescriptor): SnapshotValue;
  bodyTransform(transform: BodyTransform): SnapshotValue;
}

/**
 * Reads what a {@link SnapshotEncoder} wrote. Must fail, by the reader's own means, on a value that it cannot have written, and must
 * change nothing but objects that it has made itself: the snapshot may yet turn out to be damaged.
 */
export interface SnapshotDecoder {
  rule(layer: string, dir: Direction, value: SnapshotReader): Rule;
  /** What is made of a value serves all flows that refer to it, unless it has something to release: then it is asked for each. */
  descriptor(layer: string, value: SnapshotReader): FlowDescriptor;
  bodyTransform(value: SnapshotReader): BodyTransform;
}
