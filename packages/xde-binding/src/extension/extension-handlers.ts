// What a device answers our own commands with.

import type { XdeExtensions } from "oxide-vpc/api";
import type { Xde } from "../device/xde.js";
import type { CommandHandlers } from "../ioctl/handlers.js";
import type { StatsRegistry } from "../provider/stats-registry.js";
import type { TraceHub } from "../trace/trace-hub.js";
import { explain } from "./explain-handler.js";
import { pageHandlers } from "./page-handlers.js";
import { listStats } from "./stats-handler.js";
import { traceHandlers } from "./trace-handlers.js";
import { wholeTableHandlers } from "./whole-table-handlers.js";

/** What stands behind the commands. */
export interface ExtensionParts {
  readonly xde: Xde;
  /** Where the device publishes its counters. */
  readonly stats: StatsRegistry;
  /** Whose probes the device and its ports were given. */
  readonly trace: TraceHub;
}

/** Over the device's own handlers they answer every command that there is. */
export function extensionHandlers({
  xde,
  stats,
  trace,
}: ExtensionParts): Partial<CommandHandlers<XdeExtensions>> & ReturnType<typeof wholeTableHandlers> {
  return {
    AddFwRuleId: ({ portName, rule }) => ({ id: xde.port(portName).addFirewallRule(rule) }),
    ListStats: () => listStats(stats),
    Explain: (request) => explain(xde, request),
    ...traceHandlers(trace),
    ...pageHandlers(xde),
    ...wholeTableHandlers(xde),
  };
}
