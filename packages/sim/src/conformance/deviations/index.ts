// Every deviation rule in force, in the order in which they apply.

import type { DeviationRule } from "../deviation.js";

export const DEVIATIONS: readonly DeviationRule[] = [];
