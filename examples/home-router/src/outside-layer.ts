// The layer on the provider's side: the last that a guest's packet sees, the first that one from outside sees.

import { EtherType } from "opte-api";
import { IcmpEchoReply, type LayerSpec, makeRule, type RulePair } from "opte-core";
import { EtherRewrite } from "./ether-rewrite.ts";
import type { RouterConfig } from "./router-config.ts";

export const OUTSIDE_LAYER: LayerSpec = { name: "outside", defaultIn: "deny", defaultOut: "deny", flowLimit: 1 };

export function outsideRules({ outside }: RouterConfig): RulePair {
  const toProvider = new EtherRewrite(outside.mac, outside.nextHop);
  return {
    out: [
      // Only what NAT has translated: no private address leaves the house.
      makeRule(
        10,
        { kind: "static", generator: toProvider },
        { predicates: [{ kind: "ipv4Src", values: [outside.ip] }] },
      ),
    ],
    in: [
      makeRule(10, { kind: "handlePacket" }, { predicates: [{ kind: "etherType", values: [EtherType.Arp] }] }),
      makeRule(15, {
        kind: "hairpin",
        generator: new IcmpEchoReply({ gatewayMac: outside.mac, gatewayIp: outside.ip }),
      }),
      makeRule(
        20,
        { kind: "allow" },
        {
          predicates: [
            { kind: "etherDst", values: [outside.mac] },
            { kind: "ipv4Dst", values: [outside.ip] },
          ],
        },
      ),
    ],
  };
}
