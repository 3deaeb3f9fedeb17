// Routes as rules of the engine (spec 04 §5.1).

import { type Direction, type IpCidr, Ipv4Cidr, Ipv6Cidr, OpteError } from "opte-api";
import {
  type Action,
  type ActionMetadata,
  DONE,
  type Done,
  makeRule,
  type MetaGenerator,
  type Packet,
  type Predicate,
  type Rule,
} from "opte-core";
import { type RouterEntry, RouterTarget } from "../api/model.js";
import { INTERNET_GATEWAY_CLASS, MetadataKey } from "../metadata-keys.js";

/** Routes come behind what the layer has of its own. */
const FIRST_PRIORITY = 10;

/** Lets multicast pass: its way is not a matter of routes. */
export const MULTICAST_RULE: Rule = makeRule(
  0,
  { kind: "allow" },
  {
    predicates: [
      {
        kind: "any",
        predicates: [
          { kind: "ipv4Dst", values: [Ipv4Cidr.MULTICAST] },
          { kind: "ipv6Dst", values: [Ipv6Cidr.MULTICAST] },
        ],
      },
    ],
  },
);

/**
 * The outbound rule of a route. A longer prefix gives a smaller priority, and so does, at equal length, the class custom.
 *
 * @throws OpteError `InvalidRouterEntry` if the destination is multicast, or the target an address or subnet of the other family
 */
export function routerRule(entry: RouterEntry): Rule {
  checkEntry(entry);
  const { dest, target } = entry;
  const bits = dest.family === 4 ? 32 : 128;
  const priority = FIRST_PRIORITY + 2 * (bits - dest.prefixLen) + (entry.class === "custom" ? 0 : 1);
  return makeRule(priority, routerAction(target), { predicates: [destination(dest)] });
}

function checkEntry({ dest, target }: RouterEntry): void {
  const wrong = (text: string): OpteError => new OpteError({ kind: "InvalidRouterEntry", dest, target: text });
  if (dest.network.isMulticast) throw wrong("multicast destinations not allowed in router entries");
  const family =
    target.kind === "ip" ? target.ip.family : target.kind === "vpcSubnet" ? target.cidr.family : dest.family;
  if (family !== dest.family) throw wrong(RouterTarget.format(target));
}

function destination(dest: IpCidr): Predicate {
  return dest.family === 4 ? { kind: "ipv4Dst", values: [dest] } : { kind: "ipv6Dst", values: [dest] };
}

function routerAction(target: RouterTarget): Action {
  return target.kind === "drop" ? { kind: "deny" } : { kind: "meta", generator: new RouteMark(target) };
}

/** Tells later layers where a packet's route leads. */
class RouteMark implements MetaGenerator {
  readonly text: string;
  readonly #target: string;
  readonly #targetClass: string;

  constructor(target: Exclude<RouterTarget, { readonly kind: "drop" }>) {
    this.text = `Target = ${targetText(target)}`;
    this.#target = RouterTarget.format(target);
    this.#targetClass = TARGET_CLASSES[target.kind];
  }

  modify(_dir: Direction, _packet: Packet, metadata: ActionMetadata): Done {
    metadata.insert(MetadataKey.RouterTarget, this.#target);
    metadata.insert(MetadataKey.RouterTargetClass, this.#targetClass);
    return DONE;
  }
}

const TARGET_CLASSES = { internetGateway: INTERNET_GATEWAY_CLASS, ip: "ip", vpcSubnet: "subnet" } as const;

function targetText(target: Exclude<RouterTarget, { readonly kind: "drop" }>): string {
  switch (target.kind) {
    case "internetGateway":
      return target.uuid === undefined ? "IG(None)" : `IG(Some(${target.uuid}))`;
    case "ip":
      return `IP: ${target.ip.toString()}`;
    case "vpcSubnet":
      return `Subnet: ${target.cidr.toString()}`;
  }
}
