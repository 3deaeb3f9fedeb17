// What the engine says of a packet: verdict codes, and the closed sets of reasons behind them.

/** Outcome of {@link Port.process}; small integers, so that the packet path allocates nothing to say it. */
export const Verdict = {
  /** The frame was rewritten in place (possibly not at all) and goes on in its direction. */
  Modified: 0,
  /** `port.result.hairpin` holds a frame to send back where the packet came from; the packet itself is consumed. */
  Hairpin: 1,
  /** The packet is refused; `port.result.reason` says why. */
  Drop: 2,
  /** The frame could not be parsed; the port was not entered. `port.result.parse` says where. */
  ParseError: 3,
  /** The packet could not be processed; `port.result.error` says why. Callers drop it. */
  Error: 4,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Names of the verdicts as printed, by code (vectors/FORMAT.md, "Results of packet"). */
export const VERDICT_NAMES: readonly string[] = ["modified", "hairpin", "drop", "parse_error", "error"];

/** Why a packet was dropped (spec 02 §11.8), and the limits of our own that drop it. */
export const DropReason = {
  None: 0,
  /** A deny rule matched: layer, rule. */
  LayerRule: 1,
  /** No rule matched and the layer's default denies. */
  LayerDefault: 2,
  /** An action of the layer refused the packet. */
  LayerAction: 3,
  /** No legal TCP transition, or the TCP table is full. */
  TcpError: 4,
  /** The network definition refused a packet that was handed to it. */
  HandlePacket: 5,
  /** The frame is longer than the engine's largest frame, or would be after encapsulation. */
  FrameTooLong: 6,
  /** The frame has too little headroom for its encapsulation. */
  Headroom: 7,
} as const;
export type DropReason = (typeof DropReason)[keyof typeof DropReason];

/** Names of the drop reasons as printed, by code. */
export const DROP_REASON_NAMES: readonly string[] = [
  "none",
  "rule",
  "default",
  "action",
  "tcp_err",
  "handle_pkt",
  "frame_too_long",
  "headroom",
];

/** Kinds of processing error (spec 02 §8.2, §11.8); names as the vectors print them. */
export type ProcessErrorKind = "BadState" | "BodyTransform" | "FlowTableFull" | "HandlePkt" | "HdrTransform" | "Layer";
