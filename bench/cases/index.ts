// Every group of cases, in the order of the table.

import type { CaseGroup } from "../harness/case-group.ts";
import { curveGroups } from "./curve.ts";
import { dumpGroup } from "./dump.ts";
import { expiryGroup } from "./expiry.ts";
import { fullTableGroup } from "./full-table.ts";
import { hairpinGroup } from "./hairpin.ts";
import { hitGroups } from "./hit.ts";
import { ioctlGroup } from "./ioctl.ts";
import { mappingGroup } from "./mapping.ts";
import { memoryGroup } from "./memory.ts";
import { newFlowGroup } from "./new-flow.ts";
import { parseGroup } from "./parse.ts";
import { ruleChangeGroup } from "./rule-change.ts";
import { shardGroup } from "./shard.ts";
import { snapshotGroup } from "./snapshot.ts";

export const CASE_GROUPS: readonly CaseGroup[] = [
  parseGroup,
  ...hitGroups,
  newFlowGroup,
  hairpinGroup,
  ruleChangeGroup,
  fullTableGroup,
  expiryGroup,
  mappingGroup,
  snapshotGroup,
  dumpGroup,
  ioctlGroup,
  memoryGroup,
  shardGroup,
  ...curveGroups,
];
