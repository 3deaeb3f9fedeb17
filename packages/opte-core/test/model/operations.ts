// What is done to both ports: operations as values, so that a run can be replayed and cut down, and their random source.

import type { Direction } from "opte-api";
import {
  DEFAULT_FLOW,
  Host,
  ICMP,
  ICMPV6,
  makeFlow,
  mirror,
  TCP,
  UDP,
  type ModelFlow,
  type ModelPacket,
} from "./model-flow.js";
import type { ModelPort } from "./model-port.js";
import type { RuleDraft } from "./model-rules.js";

export type RuleDrafts = Readonly<Record<Direction, readonly RuleDraft[]>>;

export type Operation =
  | { readonly kind: "packet"; readonly packet: ModelPacket; readonly isTriedDry: boolean }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "expire" | "clearUft" | "start" | "pause" | "reset" }
  | { readonly kind: "clearLft"; readonly layer: string }
  | { readonly kind: "addRule"; readonly layer: string; readonly dir: Direction; readonly draft: RuleDraft }
  | { readonly kind: "removeRule"; readonly layer: string; readonly dir: Direction; readonly id: number }
  | { readonly kind: "setRules"; readonly layer: string; readonly rules: RuleDrafts; readonly isSoft: boolean }
  | { readonly kind: "assign"; readonly isAssigned: boolean };

/** Random numbers that a seed repeats (xorshift32). */
export class Rng {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e37_79b9) | 1;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** @throws RangeError where there is nothing to pick */
  pick<T>(values: readonly T[]): T {
    const index = this.below(values.length);
    if (index < values.length) {
      // Unwrap: the index was just compared with the length
      return values[index] as T;
    }
    throw new RangeError("Cannot pick from an empty list");
  }
}

/** The layers' rules at the start. */
export const FIRST_RULES: ReadonlyMap<string, RuleDrafts> = new Map([
  ["guard", { in: [{ priority: 2, action: "statefulAllow", dst: Host.GuestNat }], out: [] }],
  [
    "nat",
    {
      in: [{ priority: 1, action: "natIn", dst: Host.NatExternal }],
      out: [
        { priority: 1, action: "snat", src: Host.Guest },
        { priority: 1, action: "natOut", src: Host.GuestNat },
      ],
    },
  ],
  [
    "wire",
    {
      in: [{ priority: 0, action: "decap" }],
      out: [
        { priority: 1, action: "encap", dst: Host.Near },
        { priority: 2, action: "encap", dst: Host.Far },
        { priority: 3, action: "encap", family: 6 },
      ],
    },
  ],
]);

const REMOTES = [Host.Near, Host.Far];
const MOST_RULES = 7;
const MOST_REMEMBERED = 12;
const GUARD_ACTIONS = [
  ...["allow", "statefulAllow", "statefulAllow", "statefulAllow", "deny", "deny"],
  ...["meta", "hairpin", "handlePacket"],
] as const;
const STEPS_MS = [1, 20, 700, 999, 1_000, 2_500, 2_501, 5_000, 20_000, 59_999, 60_000, 60_001, 120_000, 8_000_000];
const FLAGS = ["S", "S", "SA", "A", "A", "A", "AF", "AF", "F", "R", "AR", "", "SF", "SAF"];
const NUMBERS = [1, 2, 3, 2 ** 31, 2 ** 32 - 1, 0];

/** Operations for a port in the state of the model; the same seed gives the same sequence. */
export class RandomOperations {
  readonly rng: Rng;
  /** Flows that left the port, to be answered. */
  readonly #leaving: ModelFlow[] = [];
  readonly #guest: ModelFlow[] = [];

  constructor(seed: number) {
    this.rng = new Rng(seed);
  }

  next(model: ModelPort): Operation {
    const { rng } = this;
    if (model.state !== "running" && rng.chance(40)) return { kind: "start" };
    const dice = rng.below(1000);
    if (dice < 860) return { kind: "packet", packet: this.#packet(), isTriedDry: rng.chance(10) };
    if (dice < 925)
      return { kind: "advance", ms: rng.chance(70) ? rng.pick(STEPS_MS.slice(0, 8)) : rng.pick(STEPS_MS) };
    if (dice < 955) return { kind: "expire" };
    if (dice < 980) return this.#ruleChange(model);
    if (dice < 985) return { kind: "clearUft" };
    if (dice < 990) return { kind: "clearLft", layer: rng.pick(["guard", "nat", "nat", "wire", "nowhere"]) };
    if (dice < 995) return { kind: "assign", isAssigned: rng.chance(70) };
    return { kind: rng.pick(["pause", "pause", "start", "reset"]) };
  }

  /** Remembers a packet that was forwarded outbound, for packets and answers to come. */
  forwarded(packet: ModelPacket, left: ModelFlow): void {
    if (packet.flow === DEFAULT_FLOW) return;
    remember(this.#guest, packet.flow);
    remember(this.#leaving, left);
  }

  #packet(): ModelPacket {
    const { rng } = this;
    const dir = rng.chance(55) ? "out" : "in";
    const flow = dir === "in" ? this.#inbound() : this.#outbound();
    const seq = rng.pick(NUMBERS);
    const ack = (rng.pick(NUMBERS) + 1) % 2 ** 32;
    const tcp = flow.proto === TCP ? { flags: rng.pick(FLAGS), seq, ack } : undefined;
    return { dir, flow, tcp, hasBody: flow !== DEFAULT_FLOW && rng.chance(30) };
  }

  #outbound(): ModelFlow {
    const { rng } = this;
    // Encapsulated frames without an IP header are not accepted, so they come from the guest alone.
    if (rng.chance(5)) return DEFAULT_FLOW;
    if (this.#guest.length > 0 && rng.chance(60)) return rng.pick(this.#guest);
    if (rng.chance(12)) return this.#flow(Host.Guest6, Host.Far6, ICMPV6, 128);
    const host = rng.chance(65) ? Host.Guest : Host.GuestNat;
    return this.#flow(
      host,
      rng.chance(97) ? rng.pick(REMOTES) : Host.NatExternal,
      ICMP,
      rng.pick([8, 8, 8, 0, 3, 264]),
    );
  }

  #inbound(): ModelFlow {
    const { rng } = this;
    if (this.#leaving.length > 0 && rng.chance(65)) return mirror(rng.pick(this.#leaving));
    // Also answers to flows as the guest knows them, which no network would bring: a second inbound key for one TCP flow.
    if (this.#guest.length > 0 && rng.chance(30)) return mirror(rng.pick(this.#guest));
    if (rng.chance(12)) return mirror(this.#flow(Host.Guest6, Host.Far6, ICMPV6, 129));
    const host = rng.pick([Host.NatExternal, Host.NatExternal, Host.GuestNat, Host.Guest, Host.SnatExternal]);
    return mirror(this.#flow(host, rng.pick(REMOTES), ICMP, rng.pick([8, 0, 3])));
  }

  #flow(guest: number, remote: number, icmp: number, type: number): ModelFlow {
    const { rng } = this;
    const proto = rng.pick([TCP, TCP, UDP, icmp]);
    if (proto === icmp) return makeFlow(proto, guest, remote, type, isEcho(type) ? rng.below(3) : 0);
    return makeFlow(proto, guest, remote, 1000 + rng.below(4), rng.pick([53, 80]));
  }

  #ruleChange(model: ModelPort): Operation {
    const { rng } = this;
    const layer = rng.pick(["guard", "guard", "guard", "guard", "nat", "nat", "wire", "nowhere"]);
    const dir = rng.pick(["in", "out"] as const);
    const rules = model.layers.find(({ spec }) => spec.name === layer)?.rules[dir].list ?? [];
    const dice = rng.below(100);
    if (dice < 35 && rules.length < MOST_RULES) return { kind: "addRule", layer, dir, draft: this.#draft(layer, dir) };
    if (dice < 70) return { kind: "removeRule", layer, dir, id: rules.length > 0 ? rng.pick(rules).id : 99_999 };
    return { kind: "setRules", layer, isSoft: rng.chance(60), rules: this.#drafts(layer) };
  }

  #drafts(layer: string): RuleDrafts {
    const first = FIRST_RULES.get(layer) ?? { in: [], out: [] };
    if (layer !== "guard" || this.rng.chance(40)) return first;
    const some = (dir: Direction): RuleDraft[] =>
      Array.from({ length: this.rng.below(5) }, () => this.#draft(layer, dir));
    return { in: some("in"), out: some("out") };
  }

  #draft(layer: string, dir: Direction): RuleDraft {
    const { rng } = this;
    const first = FIRST_RULES.get(layer)?.[dir] ?? [];
    const priority = rng.below(4);
    if (layer !== "guard" && first.length > 0 && rng.chance(80)) return { ...rng.pick(first), priority };
    const action = layer === "wire" ? "meta" : rng.pick(GUARD_ACTIONS);
    const isRemote = rng.chance(40);
    return {
      priority,
      action,
      ...(rng.chance(50) && { proto: rng.pick([TCP, UDP, ICMP]) }),
      ...(isRemote && (dir === "in" ? { src: rng.pick(REMOTES) } : { dst: rng.pick(REMOTES) })),
      ...(rng.chance(25) && { dstPort: rng.pick([53, 80, 1001, 40_000]) }),
    };
  }
}

function isEcho(type: number): boolean {
  return [0, 8, 128, 129].includes(type);
}

function remember(flows: ModelFlow[], flow: ModelFlow): void {
  flows.push(flow);
  if (flows.length > MOST_REMEMBERED) flows.shift();
}
