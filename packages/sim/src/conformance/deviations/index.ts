// Every deviation rule in force, in the order in which they apply.

import type { DeviationRule } from "../deviation.js";
import { CLI_DEVIATIONS } from "./cli.js";
import { CRITICAL_FLAG_RULE } from "./critical-flag.js";
import { PORT_ORDER_RULE } from "./port-order.js";

/** What is printed of any rule. */
export interface DeviationNote {
  readonly weakness: string;
  readonly sentence: string;
}

/** Rules for scenarios. */
export const DEVIATIONS: readonly DeviationRule[] = [CRITICAL_FLAG_RULE];

/** Rules of every kind. */
export const DEVIATION_NOTES: readonly DeviationNote[] = [...DEVIATIONS, PORT_ORDER_RULE, ...CLI_DEVIATIONS];
