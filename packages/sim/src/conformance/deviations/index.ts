// Every deviation rule in force, in the order in which they apply.

import type { DeviationRule } from "../deviation.js";
import { CRITICAL_FLAG_RULE } from "./critical-flag.js";

export const DEVIATIONS: readonly DeviationRule[] = [CRITICAL_FLAG_RULE];
