// The layer next to the underlay: into the tunnel and out of it (spec 04 §9).

import { makeRule, type RulePair } from "opte-core";
import type { VpcCfg } from "../api/model.js";
import type { VpcMappings } from "../mapping/vpc-mappings.js";
import { Decap } from "./decap.js";
import { Encap } from "./encap.js";
import { MulticastVniCheck } from "./multicast-vni.js";

/** All rules of the overlay layer. */
export function overlayRules({ physIp, vni }: VpcCfg, mappings: VpcMappings): RulePair {
  return {
    in: [
      makeRule(1, { kind: "static", generator: new Decap() }),
      makeRule(2, { kind: "meta", generator: new MulticastVniCheck(vni) }),
    ],
    out: [makeRule(1, { kind: "static", generator: new Encap(physIp, vni, mappings) })],
  };
}
