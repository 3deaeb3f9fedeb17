// What is wrong with a port's configuration.

import type { BaseIssue } from "valibot";

/** A fault and where it is. */
export interface ConfigIssue {
  /** The field at fault: `ipCfg.ipv4.transitIps[2].cidr`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Thrown for a configuration that cannot be used; {@link issues} has every fault, one a line in the message. */
export class PortConfigError extends Error {
  override readonly name = "PortConfigError";
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const lines = issues.map(({ path, message }) => `\n  ${path === "" ? "" : `${path}: `}${message}`);
    super(`Port configuration is invalid:${lines.join("")}`);
    this.issues = issues;
  }
}

/** A fault as the schema found it, with its path as scripts write it. */
export function configIssue(issue: BaseIssue<unknown>): ConfigIssue {
  return { path: issuePath(issue), message: issueMessage(issue) };
}

/** In the schema's words, but for what it has no words for: a key is unknown, or it is not there. */
function issueMessage({ type, expected, received, message }: BaseIssue<unknown>): string {
  if (type !== "strict_object") return message;
  if (expected === "never") return "There is no such field";
  return received === "undefined" ? "Missing" : message;
}

function issuePath(issue: BaseIssue<unknown>): string {
  let path = "";
  for (const { key } of issue.path ?? []) {
    if (typeof key === "number") path += `[${key}]`;
    else path += path === "" ? String(key) : `.${String(key)}`;
  }
  return path;
}
