// The command that explains what would become of a packet.

import type { ExplainReq, ExplainResp } from "opte-api";
import { DROP_REASON_NAMES, type DryRunResult, Frame, Verdict, VERDICT_NAMES } from "opte-core";
import type { Xde } from "../device/xde.js";
import { ExplainSteps } from "./explain-steps.js";

/** Runs the frame dry. @throws OpteError `PortNotFound` */
export function explain(xde: Xde, { portName, dir, frame }: ExplainReq): ExplainResp {
  const { port } = xde.port(portName);
  const observer = new ExplainSteps();
  const result = port.dryRun(dir, dir === "out" ? Frame.ofGuest(frame) : Frame.ofUnderlay(frame), observer);
  const reason = reasonOf(result);
  const left = frameOf(result);
  return {
    verdict: VERDICT_NAMES[result.verdict] ?? "?",
    ...(reason === undefined ? {} : { reason }),
    steps: observer.steps,
    ...(left === undefined ? {} : { frame: left }),
  };
}

function reasonOf(result: DryRunResult): string | undefined {
  switch (result.verdict) {
    case Verdict.Drop: {
      const place = [result.layer, result.ruleId < 0 ? "" : `rule ${result.ruleId}`];
      return [...place, DROP_REASON_NAMES[result.reason]].filter(Boolean).join(" ");
    }
    case Verdict.ParseError:
      return JSON.stringify(result.parseError);
    case Verdict.Error:
      return JSON.stringify(result.error);
    default:
      return undefined;
  }
}

function frameOf({ verdict, frame, hairpin }: DryRunResult): Uint8Array | undefined {
  if (verdict === Verdict.Modified) return frame;
  return verdict === Verdict.Hairpin ? hairpin : undefined;
}
