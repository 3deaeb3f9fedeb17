// The thing under test, as the conformance runner sees it: whatever can build a port and be fed operations and packets.

import type {
  ControlOp,
  Counters,
  OperationResult,
  PacketOutcome,
  ScenarioDirection,
  ScenarioPort,
} from "./scenario.js";

/** Builds engines. One subject serves any number of scenarios, one after the other. */
export interface Subject {
  /**
   * Builds a fresh engine with one port in state "ready", on a virtual clock of its own that moves only by `advance`.
   * The port's own private addresses are mapped (V2P) to its guest MAC, VNI and underlay address; nothing else is set.
   *
   * @throws NotSupported if the subject cannot run such a port yet.
   */
  createPort(port: ScenarioPort): SubjectPort;
}

/** A port under test. Any exception other than {@link NotSupported} counts as a failure of the step. */
export interface SubjectPort {
  /**
   * Runs a control operation. Refusals are results, not exceptions. Dumps and answers are in the vectors' JSON form:
   * snake_case keys, addresses, flows and variants as vectors/FORMAT.md says.
   *
   * @throws NotSupported if the subject has no such operation yet.
   */
  operate(op: ControlOp): OperationResult;
  /** Feeds one frame; `frame` is the subject's to change. */
  process(dir: ScenarioDirection, frame: Uint8Array): PacketOutcome;
  /** The port's counters now, by their vector names; the runner takes differences around a packet. */
  counters(): Counters;
}

/** Thrown by a subject that cannot run something yet: the scenario fails with this reason, it is never hidden. */
export class NotSupported extends Error {
  override readonly name = "NotSupported";

  /** @param what the thing that cannot be run, as in `operation "dump_m2p"`. */
  constructor(what: string) {
    super(`Not yet supported: ${what}`);
  }
}
