// Layers as ours show them.

import type { DumpLayerResp, ListLayersResp, RuleTableEntryDump, Uint64 } from "opte-api";
import { flowTable } from "./flow-tables.js";
import { ABSENT, left, right, type Table } from "./table.js";

/** What `list-layers` shows. */
export function layersTables({ layers }: ListLayersResp): Table[] {
  return [
    {
      columns: [
        left("LAYER"),
        right("RULES IN"),
        right("RULES OUT"),
        left("DEFAULT IN"),
        left("DEFAULT OUT"),
        right("FLOWS"),
      ],
      rows: layers.map(({ name, rulesIn, rulesOut, defaultIn, defaultOut, flows }) => [
        name,
        String(rulesIn),
        String(rulesOut),
        defaultIn,
        defaultOut,
        String(flows),
      ]),
    },
  ];
}

/** What `dump-layer` shows. */
export function layerTables(layer: DumpLayerResp): Table[] {
  return [
    ruleTable("Inbound rules", layer.rulesIn, layer.defaultIn, layer.defaultInHits),
    ruleTable("Outbound rules", layer.rulesOut, layer.defaultOut, layer.defaultOutHits),
    flowTable("Inbound flows", layer.ftIn, "ACTION"),
    flowTable("Outbound flows", layer.ftOut, "ACTION"),
  ];
}

/** One line a rule, in evaluation order, so that one can search for it. */
function ruleTable(
  title: string,
  entries: readonly RuleTableEntryDump[],
  defaultAction: string,
  defaultHits: Uint64,
): Table {
  return {
    title,
    columns: [right("ID"), right("PRIORITY"), right("HITS"), left("ACTION"), left("PREDICATES")],
    rows: [
      ...entries.map(({ id, hits, rule }) => {
        const predicates = [...rule.predicates, ...rule.dataPredicates];
        const all = predicates.length === 0 ? "any" : predicates.join(" and ");
        return [String(id), String(rule.priority), String(hits), rule.action, all];
      }),
      ["default", ABSENT, String(defaultHits), defaultAction, "any"],
    ],
  };
}
