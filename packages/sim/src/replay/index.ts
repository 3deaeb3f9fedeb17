// What `opte-sim/replay` is: a capture replayed through a port, for Node, workers and pages alike.

export { CaptureError } from "../capture/capture-error.js";
export { decisionText } from "./decision-text.js";
export { type EventFilter, FilterError, parseFilter } from "./event-filter.js";
export { eventJson, summaryJson } from "./event-json.js";
export { eventLine, lineHeading, type LineFormat, type Outcome } from "./event-line.js";
export type { ExternalFlow } from "./external-flows.js";
export type { LayerStep } from "./layer-trail.js";
export { packetText } from "./packet-text.js";
export { type Replay, replay } from "./replay.js";
export { parseReplayConfig, type ReplayConfig } from "./replay-config.js";
export type {
  EventBase,
  OurAnswer,
  PathName,
  ProcessedEvent,
  RecordedEvent,
  ReplayEvent,
  UnusableEvent,
  VerdictName,
} from "./replay-event.js";
export { ReplayRecording } from "./replay-recording.js";
export type { DropCount, ReplaySummary, VerdictCounts } from "./replay-summary.js";
export { summaryLines } from "./summary-text.js";
