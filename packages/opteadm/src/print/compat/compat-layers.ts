// Layers in the reference's text.

import type { DumpLayerResp, ListLayersResp, RuleTableEntryDump, Uint64 } from "opte-api";
import { compatFlows } from "./compat-flows.js";
import { BOLD_RULE, cells, type Chunk, compatText, debugText, RULE } from "./compat-text.js";

/** What `list-layers` writes. */
export function compatLayers({ layers }: ListLayersResp): string {
  return compatText([
    cells("NAME", "RULES IN", "RULES OUT", "DEF IN", "DEF OUT", "FLOWS"),
    ...layers.map(({ name, rulesIn, rulesOut, defaultIn, defaultOut, flows }) =>
      cells(name, String(rulesIn), String(rulesOut), defaultIn, defaultOut, String(flows)),
    ),
  ]);
}

/** What `dump-layer` writes. */
export function compatLayer(port: string, layer: DumpLayerResp): string {
  return compatText(
    [`Port ${port} - Layer ${layer.name}`, BOLD_RULE, "Inbound Flows", RULE, ...compatFlows(layer.ftIn, "ACTION")],
    ["", "Outbound Flows", RULE, ...compatFlows(layer.ftOut, "ACTION")],
    ["", "Inbound Rules", RULE, ...rules(layer.rulesIn, layer.defaultIn, layer.defaultInHits)],
    ["", "Outbound Rules", RULE, ...rules(layer.rulesOut, layer.defaultOut, layer.defaultOutHits), ""],
  );
}

function rules(entries: readonly RuleTableEntryDump[], defaultAction: string, defaultHits: Uint64): Chunk {
  return [
    cells("ID", "PRI", "HITS", "PREDICATES", "ACTION"),
    ...entries.flatMap(ruleRows),
    cells("DEF", "--", String(defaultHits), "--", debugText(defaultAction)),
  ];
}

/** A predicate a row, and a blank one behind several. */
function ruleRows({ id, hits, rule }: RuleTableEntryDump): string[] {
  const [first = "*", ...further] = [...rule.predicates, ...rule.dataPredicates];
  return [
    cells(String(id), String(rule.priority), String(hits), first, debugText(rule.action)),
    ...further.map((predicate) => cells("", "", "", predicate, "")),
    ...(further.length === 0 ? [] : [cells("", "", "", "", "")]),
  ];
}
