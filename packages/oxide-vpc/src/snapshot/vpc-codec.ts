// What only the VPC knows of a port, as plain data and back: its rules, its NAT and its pools.
//
// Rules that users asked for are numbered from the end of the lists in the configuration that stands beside, which a port that is set up
// with them tries first; those that a port makes of its configuration, in the order in which it makes them.

import { type Direction, Errno, OpteError } from "opte-api";
import {
  type IsAssigned,
  natBodyValue,
  natDescriptorValue,
  readNatBody,
  readNatDescriptor,
  type Rule,
  type RulePair,
  type SnapshotDecoder,
  type SnapshotEncoder,
  type SnapshotReader,
  type SnatPools,
} from "opte-core";
import type { FirewallRule, RouterEntry } from "../api/model.js";
import { MULTICAST_RULE } from "../router/router-rules.js";
import { VpcLayer } from "../vpc-layers.js";
import type { RuleSources } from "./rule-sources.js";

/** The rules that a port has made of its configuration, by layer. */
export type MadeRules = Readonly<
  Record<typeof VpcLayer.Gateway | typeof VpcLayer.Nat | typeof VpcLayer.Overlay, RulePair>
>;

/** In place of a route's number: the rule that lets multicast pass. */
const MULTICAST = -1;

/** A {@link SnapshotEncoder} that collects the rules which users asked for. */
export class VpcEncoder implements SnapshotEncoder {
  readonly #firewallRules: FirewallRule[] = [];
  readonly #routes: RouterEntry[] = [];
  readonly #sources: RuleSources;
  readonly #made: MadeRules;
  readonly #pools: readonly SnatPools[];

  constructor(sources: RuleSources, made: MadeRules, pools: readonly SnatPools[]) {
    this.#sources = sources;
    this.#made = made;
    this.#pools = pools;
  }

  /** Firewall rules so far, to be set in this order. */
  get firewallRules(): FirewallRule[] {
    return this.#firewallRules.toReversed();
  }

  /** Routes so far, to be added in this order. */
  get routes(): RouterEntry[] {
    return this.#routes.toReversed();
  }

  /** @throws OpteError `System` for a rule that was added past the VPC's commands */
  rule(layer: string, dir: Direction, rule: Rule): number {
    const number = this.#numberOf(layer, dir, rule);
    if (number !== undefined) return number;
    const msg = `A rule of layer "${layer}" is not of the VPC: only the engine's port knows it`;
    throw new OpteError({ kind: "System", errno: Errno.ENOTSUP, msg });
  }

  readonly descriptor: SnapshotEncoder["descriptor"] = (_layer, descriptor) =>
    natDescriptorValue(descriptor, this.#pools) ?? null;

  readonly bodyTransform: SnapshotEncoder["bodyTransform"] = (body) => natBodyValue(body) ?? null;

  #numberOf(layer: string, dir: Direction, rule: Rule): number | undefined {
    switch (layer) {
      case VpcLayer.Firewall: {
        const source = this.#sources.ofFirewall(rule);
        return source && this.#firewallRules.push(source) - 1;
      }
      case VpcLayer.Router: {
        if (rule === MULTICAST_RULE) return MULTICAST;
        const source = this.#sources.ofRoute(rule);
        return source && this.#routes.push(source) - 1;
      }
      case VpcLayer.Gateway:
      case VpcLayer.Nat:
      case VpcLayer.Overlay: {
        const number = this.#made[layer][dir].indexOf(rule);
        return number < 0 ? undefined : number;
      }
      default:
        return undefined;
    }
  }
}

/** What a {@link VpcDecoder} makes rules and flows from. */
export interface VpcDecoderParts {
  readonly sources: RuleSources;
  readonly firewallRules: readonly FirewallRule[];
  readonly routes: readonly RouterEntry[];
  readonly made: MadeRules;
  readonly pools: readonly SnatPools[];
  readonly isAssigned: IsAssigned;
}

/** Reads what a {@link VpcEncoder} wrote. */
export class VpcDecoder implements SnapshotDecoder {
  readonly #parts: VpcDecoderParts;

  constructor(parts: VpcDecoderParts) {
    this.#parts = parts;
  }

  rule(layer: string, dir: Direction, value: SnapshotReader): Rule {
    const { sources, firewallRules, routes, made } = this.#parts;
    switch (layer) {
      case VpcLayer.Firewall: {
        const source = firewallRules.at(-1 - value.integer(0, firewallRules.length - 1));
        if (source?.direction !== dir) return value.fail("is of the other direction");
        return sources.firewallRule(source);
      }
      case VpcLayer.Router: {
        const number = value.integer(MULTICAST, routes.length - 1);
        const source = number === MULTICAST ? undefined : routes.at(-1 - number);
        if (source === undefined) return MULTICAST_RULE;
        return value.attempt(() => sources.routerRule(source));
      }
      case VpcLayer.Gateway:
      case VpcLayer.Nat:
      case VpcLayer.Overlay: {
        const rules = made[layer][dir];
        return rules[value.integer(0, rules.length - 1)] ?? value.fail("is no rule");
      }
      default:
        return value.fail(`is of no layer of the VPC, "${layer}"`);
    }
  }

  readonly descriptor: SnapshotDecoder["descriptor"] = (_layer, value) =>
    readNatDescriptor(value, this.#parts.pools, this.#parts.isAssigned);

  readonly bodyTransform: SnapshotDecoder["bodyTransform"] = readNatBody;
}
