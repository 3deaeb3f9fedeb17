// Errors of the device as the reference's client prints them (spec 05 §8).

import type { OpteError } from "opte-api";

/** Kinds that say one thing, which has no name: `PortNotFound("x")`. */
const UNNAMED: ReadonlySet<string> = new Set([
  "BadState",
  "DeserCmdErr",
  "DeserCmdReq",
  "FlowExists",
  "InvalidUnderlayMulticast",
  "LayerNotFound",
  "MaxCapacity",
  "PortCreate",
  "PortExists",
  "PortNotFound",
  "RuleNotFound",
  "SerCmdErr",
  "SerCmdResp",
]);

/** `BadName`, `PortNotFound("x")`, `System { errno: 17, msg: "x" }`. */
export function opteErrorText({ payload }: OpteError): string {
  const { kind, ...rest } = payload;
  const parts = Object.entries(rest).map(([name, value]): readonly [string, string] => [name, partText(value)]);
  if (parts.length === 0) return kind;
  if (UNNAMED.has(kind)) return `${kind}(${parts.map(([, text]) => text).join(", ")})`;
  return `${kind} { ${parts.map(([name, text]) => `${name}: ${text}`).join(", ")} }`;
}

function partText(part: unknown): string {
  return typeof part === "string" ? JSON.stringify(part) : String(part);
}
