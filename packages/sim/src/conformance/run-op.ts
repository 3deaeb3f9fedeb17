// Runs one operation of a scenario on a port.

import { counterChanges } from "./compare.js";
import type { PacketOp, PacketResult, ScenarioOp, StepResult } from "./scenario.js";
import type { SubjectPort } from "./subject.js";

export function runOp(port: SubjectPort, op: ScenarioOp): StepResult {
  return op.op === "packet" ? processPacket(port, op) : port.operate(op);
}

function processPacket(port: SubjectPort, op: PacketOp): PacketResult {
  const before = port.counters();
  const outcome = port.process(op.dir, op.frame.slice());
  return { ...outcome, stats: counterChanges(before, port.counters()) };
}
