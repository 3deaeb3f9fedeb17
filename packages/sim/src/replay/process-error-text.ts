// Says why the engine could not process a packet.

import type { ProcessError } from "opte-core";

/** As in `GenDesc: resourceExhausted: SNAT pool`; the layer, where there is one, stands elsewhere. */
export function processErrorText(error: ProcessError): string {
  switch (error.kind) {
    case "BadState":
      return `port is ${error.state}`;
    case "HandlePkt":
      return `HandlePkt: ${error.text}`;
    case "HdrTransform":
      return `HdrTransform: ${error.header}`;
    case "BodyTransform":
      return words(error.kind, error.cause);
    case "FlowTableFull":
      return `FlowTableFull: ${error.table}, limit ${error.limit}`;
    case "Layer": {
      const { cause } = error;
      if (cause.stage === "FlowTableFull") return `FlowTableFull: ${cause.layer} ${cause.dir}`;
      return cause.stage === "HeaderTransform" ? `HeaderTransform: ${cause.header}` : words(cause.stage, cause.cause);
    }
  }
}

/** A stage and its cause, whose fields are all texts. */
function words(stage: string, cause: Readonly<Record<string, string>>): string {
  return [stage, ...Object.values(cause)].join(": ");
}
