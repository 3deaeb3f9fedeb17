// The VPC engine as a subject of the conformance runner.

import { OpteError } from "opte-api";
import { DropReason, DROP_REASON_NAMES, flowCrc32, Frame, Verdict, type ProcessResult } from "opte-core";
import { VpcMappings, VpcPort } from "oxide-vpc";
import { flowJson } from "./engine-json.js";
import type {
  ControlOp,
  Counters,
  OperationResult,
  PacketOutcome,
  ScenarioDirection,
  ScenarioDropReason,
  ScenarioPort,
} from "./scenario.js";
import type { Subject, SubjectPort } from "./subject.js";
import { VpcOperations } from "./vpc-operations.js";
import { vpcCfgOf } from "./vpc-values.js";

/** Where the virtual clock starts, in milliseconds. */
const CLOCK_BASE_MS = 1_000_000;

export const vpcSubject: Subject = {
  createPort: (config: ScenarioPort): SubjectPort => new VpcSubjectPort(config),
};

class VpcSubjectPort implements SubjectPort {
  readonly #port: VpcPort;
  readonly #operations: VpcOperations;
  #nowMs = CLOCK_BASE_MS;

  constructor(config: ScenarioPort) {
    const mappings = new VpcMappings();
    const { name, mtu, limits } = config;
    const providers = { clock: { nowMs: () => this.#nowMs } };
    this.#port = new VpcPort({ name, mtu, limits, ...vpcCfgOf(config) }, mappings, providers);
    this.#operations = new VpcOperations(this.#port, mappings, (ms) => {
      this.#nowMs += ms;
    });
  }

  operate(op: ControlOp): OperationResult {
    try {
      return this.#operations.run(op);
    } catch (error) {
      if (!(error instanceof OpteError)) throw error;
      return { err: { variant: error.kind, errno: error.errno } };
    }
  }

  process(dir: ScenarioDirection, bytes: Uint8Array): PacketOutcome {
    const frame = dir === "out" ? Frame.ofGuest(bytes) : Frame.ofUnderlay(bytes);
    const { port } = this.#port;
    const verdict = port.process(dir, frame);
    const { result } = port;
    if (verdict === Verdict.ParseError) return { verdict: "parse_error", error: result.parseError.toValue() };
    const flow = { flow: flowJson(result.flow.toFlowId()), flow_crc32: flowCrc32(result.flow) };
    switch (verdict) {
      case Verdict.Modified:
        return { ...flow, verdict: "modified", frame: frame.toBytes() };
      case Verdict.Hairpin:
        return { ...flow, verdict: "hairpin", frame: result.hairpin.toBytes() };
      case Verdict.Drop:
        return { ...flow, verdict: "drop", reason: dropReason(result) };
      case Verdict.Error:
        return { ...flow, verdict: "error", error: { kind: result.error?.kind ?? "" } };
    }
  }

  counters(): Counters {
    return this.#port.port.stats();
  }
}

function dropReason({ reason, layer }: ProcessResult): ScenarioDropReason {
  switch (reason) {
    case DropReason.LayerRule:
      return { kind: "layer", layer, reason: "rule" };
    case DropReason.LayerDefault:
      return { kind: "layer", layer, reason: "default" };
    case DropReason.LayerAction:
      return { kind: "layer", layer, reason: "action" };
    case DropReason.TcpError:
      return { kind: "tcp_err" };
    case DropReason.HandlePacket:
      return { kind: "handle_pkt" };
    default:
      return { kind: "limit", reason: DROP_REASON_NAMES[reason] ?? "" };
  }
}
