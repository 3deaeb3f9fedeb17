// The layer in the middle: many inside addresses behind one outside address.

import { type LayerSpec, makeRule, type PortSpan, type RulePair, Snat, SnatPools } from "opte-core";
import { PortForward } from "./port-forward.ts";
import { FIRST_NAT_PORT, guestAddresses, type RouterConfig } from "./router-config.ts";

/** A packet from outside that belongs to no flow of a guest and to no forward finds no rule: the router's firewall. */
export const NAT_LAYER: LayerSpec = { name: "nat", defaultIn: "deny", defaultOut: "deny", flowLimit: 4096 };

export function natRules(config: RouterConfig): RulePair {
  const { outside, forwards } = config;
  const addresses = guestAddresses(config);
  const pools = new SnatPools();
  addresses.forEach((ip, index) => {
    pools.add(ip, outside.ip, portsOf(index, addresses.length));
  });
  return {
    out: addresses.map((ip) =>
      makeRule(
        10,
        { kind: "stateful", generator: new Snat(ip, pools) },
        { predicates: [{ kind: "ipv4Src", values: [ip] }] },
      ),
    ),
    in: forwards.map((forward) => makeRule(10, { kind: "stateful", generator: new PortForward(outside.ip, forward) })),
  };
}

/** Each guest's own slice of the NAT ports, so that none can use up those of the others. */
function portsOf(index: number, guests: number): PortSpan {
  const size = Math.floor((0x10000 - FIRST_NAT_PORT) / guests);
  const first = FIRST_NAT_PORT + index * size;
  return { first, last: first + size - 1 };
}
