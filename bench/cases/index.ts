// Every group of cases, in the order of the table.

import type { CaseGroup } from "../harness/case-group.ts";
import { hitGroups } from "./hit.ts";
import { mappingGroup } from "./mapping.ts";
import { newFlowGroup } from "./new-flow.ts";
import { parseGroup } from "./parse.ts";

export const CASE_GROUPS: readonly CaseGroup[] = [parseGroup, ...hitGroups, newFlowGroup, mappingGroup];
