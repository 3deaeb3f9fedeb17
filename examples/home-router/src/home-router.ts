// The home router: a network definition with its port, and the little that must be done between packets.

import { type Direction, EtherType, MacAddr } from "opte-api";
import {
  arpReply,
  type ClockProvider,
  type Frame,
  type HandlePacketOutcome,
  type NetworkDefinition,
  type Packet,
  parseGuest,
  type Port,
  PortBuilder,
  type RulePair,
  Verdict,
} from "opte-core";
import { GuestLeases, type GuestLease } from "./guest-leases.ts";
import { guestRules, INSIDE_LAYER, insideRules } from "./inside-layer.ts";
import { NAT_LAYER, natRules } from "./nat-layer.ts";
import { OUTSIDE_LAYER, outsideRules } from "./outside-layer.ts";
import { checkConfig, type RouterConfig } from "./router-config.ts";

const PORT_LIMITS = { uft: 4096, tcp: 4096 } as const;

/** A router for IPv4 over plain Ethernet on both sides; anything else is refused. */
export class HomeRouter {
  /** The engine's port, to look at: dumps, counters, and the result of the last packet. */
  readonly port: Port;

  readonly #config: RouterConfig;
  readonly #clock: ClockProvider;
  readonly #network: HomeNetwork;
  readonly #leases: GuestLeases;
  /** Ids of a guest's rules, by its MAC address. */
  readonly #rules: Map<string, GuestRuleIds> = new Map<string, GuestRuleIds>();

  /** @throws OpteError `PortCreate` for a configuration that contradicts itself */
  constructor(config: RouterConfig, clock: ClockProvider) {
    checkConfig(config);
    this.#config = config;
    this.#clock = clock;
    this.#network = new HomeNetwork(config);
    this.#leases = new GuestLeases(config);
    const builder = new PortBuilder("home-router", config.inside.mac, { clock });
    // Outbound order: a guest's packet sees the layers from first to last, one from outside from last to first.
    for (const spec of [INSIDE_LAYER, NAT_LAYER, OUTSIDE_LAYER]) builder.addLayer(spec, { at: "last" });
    load(builder, INSIDE_LAYER.name, insideRules(config));
    load(builder, NAT_LAYER.name, natRules(config));
    load(builder, OUTSIDE_LAYER.name, outsideRules(config));
    this.port = builder.create(this.#network, PORT_LIMITS);
    this.port.start();
  }

  /**
   * Takes one frame, from a guest (`out`) or from the provider (`in`), and rewrites it in place.
   *
   * @returns what to do: send the frame on, send `port.result.hairpin` back, or drop it
   */
  process(dir: Direction, frame: Frame): Verdict {
    const verdict = this.port.process(dir, frame);
    if (verdict === Verdict.Hairpin) this.#noteAcknowledgement();
    const stranger = this.#network.takeStranger();
    if (stranger === undefined || !this.#admit(stranger)) return verdict;
    // Nothing has touched the frame so far; now there are rules that answer it.
    return this.port.process(dir, frame);
  }

  /** Ends flows and leases whose time is over; to be called about once a second. */
  expire(): void {
    this.port.expireFlows();
    for (const lease of this.#leases.takeExpired(this.#clock.nowMs())) this.#dismiss(lease);
  }

  /** The guests and their addresses. */
  guests(): GuestLease[] {
    return this.#leases.list();
  }

  /** Gives a stranger an address and the rules that go with it; `false` when it gets none. */
  #admit(mac: MacAddr): boolean {
    // A guest that has its rules and still came here asks in a way that its rules refuse.
    if (this.#rules.has(mac.toString())) return false;
    const lease = this.#leases.offer(mac, this.#clock.nowMs());
    if (lease === undefined) return false;
    const rules = guestRules(this.#config, lease);
    const acknowledge = this.port.addRule(INSIDE_LAYER.name, "out", rules.acknowledge);
    this.#rules.set(mac.toString(), {
      mac,
      acknowledge,
      out: [acknowledge, ...rules.out.map((rule) => this.port.addRule(INSIDE_LAYER.name, "out", rule))],
      in: rules.in.map((rule) => this.port.addRule(INSIDE_LAYER.name, "in", rule)),
    });
    return true;
  }

  #dismiss({ mac }: GuestLease): void {
    const ids = this.#rules.get(mac.toString());
    if (ids === undefined) return;
    this.#rules.delete(mac.toString());
    for (const dir of ["in", "out"] as const) {
      for (const id of ids[dir]) this.port.removeRule(INSIDE_LAYER.name, dir, id);
    }
  }

  /** The rule that answered tells whether a guest now has its address for longer. */
  #noteAcknowledgement(): void {
    const { layer, ruleId } = this.port.result;
    if (layer !== INSIDE_LAYER.name) return;
    for (const { mac, acknowledge } of this.#rules.values()) {
      if (acknowledge === ruleId) this.#leases.renew(mac, this.#clock.nowMs());
    }
  }
}

interface GuestRuleIds {
  readonly mac: MacAddr;
  readonly acknowledge: number;
  readonly out: readonly number[];
  readonly in: readonly number[];
}

/** What the engine asks the network: how to parse, and what to do with packets that rules hand over. */
class HomeNetwork implements NetworkDefinition {
  readonly #config: RouterConfig;
  #stranger: MacAddr | undefined = undefined;

  constructor(config: RouterConfig) {
    this.#config = config;
  }

  parse(_dir: Direction, packet: Packet): boolean {
    return parseGuest(packet, packet.frame);
  }

  handlePacket(dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome {
    if (packet.etherType === EtherType.Arp) {
      const { mac, ip } = dir === "out" ? this.#config.inside : this.#config.outside;
      const outcome = arpReply(packet, { gatewayMac: mac, gatewayIp: ip }, reply);
      return { kind: outcome === "replied" ? "hairpin" : "deny" };
    }
    // Rules cannot be changed while a packet is on its way: remember who asked, refuse, and let `HomeRouter` go on.
    const source = packet.ether + 6;
    this.#stranger = MacAddr.fromBytes(packet.frame.bytes.subarray(source, source + 6));
    return { kind: "deny" };
  }

  /** The guest without an address that the last packet came from, if it was one and asked for one. */
  takeStranger(): MacAddr | undefined {
    const stranger = this.#stranger;
    this.#stranger = undefined;
    return stranger;
  }
}

function load(builder: PortBuilder, layer: string, rules: RulePair): void {
  for (const dir of ["in", "out"] as const) for (const rule of rules[dir]) builder.addRule(layer, dir, rule);
}
