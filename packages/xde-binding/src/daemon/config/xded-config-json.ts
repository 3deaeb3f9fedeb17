// The daemon's configuration file.

import { configIssue, type ConfigIssue, parsePortConfig, type PortConfig, PortConfigError } from "oxide-vpc/api";
import * as v from "valibot";
import type { XdedConfig } from "./xded-config.js";
import { xdedConfigSchema } from "./xded-config-schema.js";

/** Thrown for a configuration that cannot be used; {@link issues} has every fault, one a line in the message. */
export class XdedConfigError extends Error {
  override readonly name = "XdedConfigError";
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super(
      `Configuration is invalid:${issues.map(({ path, message }) => `\n  ${path === "" ? "" : `${path}: `}${message}`).join("")}`,
    );
    this.issues = issues;
  }
}

/** Reads a configuration from what `JSON.parse` gives. @throws XdedConfigError which lists every fault with the path of its field */
export function parseXdedConfig(json: unknown): XdedConfig {
  // An array with the right members would do for the schema.
  if (Array.isArray(json)) throw new XdedConfigError([{ path: "", message: "Expected an object, but found an array" }]);
  const result = v.safeParse(xdedConfigSchema, json);
  const issues: ConfigIssue[] = result.issues?.map((issue) => configIssue(issue)) ?? [];
  const ports: PortConfig[] = [];
  const drafts: readonly unknown[] = result.typed ? result.output.ports : portsOf(json);
  for (const [index, draft] of drafts.entries()) {
    try {
      ports.push(parsePortConfig(draft));
    } catch (error) {
      if (!(error instanceof PortConfigError)) throw error;
      const place = `ports[${index}]`;
      issues.push(
        ...error.issues.map(({ path, message }) => ({ path: path === "" ? place : `${place}.${path}`, message })),
      );
    }
  }
  for (const [index, { name }] of ports.entries()) {
    if (ports.findIndex((port) => port.name === name) < index) {
      issues.push({ path: `ports[${index}].name`, message: `Port "${name}" occurs more than once` });
    }
  }
  if (!result.success || issues.length > 0) throw new XdedConfigError(issues);
  return { ...result.output, ports };
}

/** The ports of a configuration that is wrong elsewhere, so that their faults can be told too. */
function portsOf(json: unknown): readonly unknown[] {
  const ports: unknown = typeof json === "object" && json !== null ? Reflect.get(json, "ports") : undefined;
  return Array.isArray(ports) ? ports : [];
}
