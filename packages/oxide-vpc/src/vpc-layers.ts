// The layers of a VPC port (spec 04 §2.2).

import type { LayerSpec } from "opte-core";
import type { PortLimits } from "./api/model.js";

/** Names of the layers. */
export const VpcLayer = {
  Gateway: "gateway",
  Firewall: "firewall",
  Router: "router",
  Nat: "nat",
  Overlay: "overlay",
} as const;
export type VpcLayer = (typeof VpcLayer)[keyof typeof VpcLayer];

/** The layers in outbound order, without rules. */
export function vpcLayerSpecs(limits: PortLimits): readonly (LayerSpec & { readonly name: VpcLayer })[] {
  return [
    { name: VpcLayer.Gateway, defaultIn: "deny", defaultOut: "deny", flowLimit: limits.gateway },
    { name: VpcLayer.Firewall, defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: limits.firewall },
    { name: VpcLayer.Router, defaultIn: "allow", defaultOut: "deny", flowLimit: limits.router },
    { name: VpcLayer.Nat, defaultIn: "allow", defaultOut: "allow", flowLimit: limits.nat },
    { name: VpcLayer.Overlay, defaultIn: "deny", defaultOut: "deny", flowLimit: limits.overlay },
  ];
}
