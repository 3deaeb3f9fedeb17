// One random configuration: its port, its packets and commands, and what must hold of every packet.

import type { Direction } from "opte-api";
import { DropReason, type FlowKey, type Frame, type ProbesProvider, Verdict, VERDICT_NAMES } from "opte-core";
import { VpcMappings, VpcPort } from "../../src/index.js";
import { Random } from "../random.js";
import { type AllowedFlow, flowKeyNumber, type SeenPacket } from "./firewall-model.js";
import { PortModel } from "./port-model.js";
import { prepare, randomCommand, type Target } from "./random-commands.js";
import { type Scene, randomScene } from "./random-config.js";
import { RandomFrames } from "./random-frames.js";
import { checkSnatPools } from "./snat-pools.js";
import { taggedVni } from "./tunnel-tag.js";

/** One in so many packets comes with a command. */
const COMMAND_ODDS = 30;
/** A port that a command has stopped starts again with one in so many packets. */
const RESTART_ODDS = 8;
const LONGER_THAN_ANY_FLOW_MS = 10_000_000;

/** How often something happened, by name. */
export type Counts = Map<string, number>;

/** One configuration, to be run once. */
export class FuzzRun {
  readonly #random: Random;
  readonly #scene: Scene;
  readonly #vpc: VpcPort;
  readonly #mappings: VpcMappings = new VpcMappings();
  readonly #model: PortModel;
  readonly #frames: RandomFrames;
  readonly #counts: Counts;
  #nowMs = 1_000_000;

  /** Flows that passed since the rules last changed, by direction and flow as on the wire; of some the firewall knows no flow. */
  readonly #passed: Readonly<Record<Direction, Map<number, AllowedFlow | undefined>>> = {
    in: new Map(),
    out: new Map(),
  };
  #passedEpoch = 0;
  /** Of the packet under way: what the firewall made of it. */
  #firewallFlow: AllowedFlow | undefined = undefined;
  #fault = "";
  #frame: Frame | undefined = undefined;

  constructor(seed: number, counts: Counts) {
    this.#random = new Random(seed);
    this.#counts = counts;
    this.#scene = randomScene(this.#random);
    this.#model = new PortModel(this.#scene.config);
    const probes: ProbesProvider<FlowKey> = {
      layerProcessReturn: (dir, _port, layer, before, _after, [outcome]) => {
        if (layer === "firewall") this.#firewallDecided(dir, before, outcome);
      },
      flowExpired: (_port, table, flow) => {
        if (table === "firewall_in") this.#model.firewall.forgetFlow("in", flow);
        if (table === "firewall_out") this.#model.firewall.forgetFlow("out", flow);
      },
    };
    const clock = { nowMs: () => this.#nowMs };
    this.#vpc = new VpcPort(this.#scene.config, this.#mappings, { clock, probes });
    this.#frames = new RandomFrames(this.#random, this.#scene);
  }

  /** @throws Error that says which packet breaks which property */
  run(packets: number): void {
    const target: Target = {
      scene: this.#scene,
      vpc: this.#vpc,
      mappings: this.#mappings,
      model: this.#model,
      advance: (ms, expire) => this.#advance(ms, expire),
    };
    prepare(this.#random, target);
    this.#vpc.port.start();
    for (let packet = 0; packet < packets; packet++) {
      if (this.#random.below(COMMAND_ODDS) === 0) randomCommand(this.#random, target);
      if (this.#random.below(RESTART_ODDS) === 0) this.#vpc.port.start();
      this.#nowMs += this.#random.below(3);
      const dir = this.#random.below(2) === 0 ? "in" : "out";
      const frame = this.#frames.next(dir);
      const sent = frame.toBytes();
      try {
        this.#process(dir, frame);
      } catch (error) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        throw new Error(`Packet ${packet} (${dir}, ${Buffer.from(sent).toString("hex")}): ${what}`, { cause: error });
      }
    }
    this.#end();
  }

  #process(dir: Direction, frame: Frame): void {
    const { port } = this.#vpc;
    const { result } = port;
    const isOwnMac = this.#model.isOwnMac(frame);
    this.#begin(frame);
    const verdict = port.process(dir, frame);
    const detail = verdict === Verdict.Modified ? result.path : verdict === Verdict.Drop ? result.layer : "";
    this.#count(`${dir} ${VERDICT_NAMES[verdict] ?? ""} ${detail}`.trimEnd());
    if (this.#fault !== "") throw new Error(this.#fault);
    if (verdict === Verdict.ParseError) return;
    const key = flowKeyNumber(result.flow.words);
    const passed = this.#passed[dir];
    const isHit = result.path !== 3;
    if (isHit) {
      const flow = passed.get(key);
      if (flow !== undefined) flow.lastMs = this.#nowMs;
    }
    const passes = verdict === Verdict.Modified || result.reason === DropReason.Headroom;
    if (!passes) return;
    if (isHit && !passed.has(key))
      throw new Error("A packet passed as one of a flow that has not passed under these rules");
    if (!isHit) {
      if (dir === "out" && !isOwnMac) throw new Error("A packet with a foreign MAC address got out");
      if (dir === "out" && !this.#model.maySendFrom(result.flow)) throw new Error("A spoofed packet got out");
      if (this.#firewallFlow === undefined) throw new Error("A packet passed without the firewall");
      passed.set(key, this.#firewallFlow);
    }
    if (verdict === Verdict.Modified) this.#frames.passed(dir, frame);
  }

  #begin(frame: Frame): void {
    const { epoch } = this.#vpc.port;
    if (epoch !== this.#passedEpoch) {
      this.#passed.in.clear();
      this.#passed.out.clear();
      this.#passedEpoch = epoch;
    }
    this.#frame = frame;
    this.#firewallFlow = undefined;
    this.#fault = "";
  }

  #firewallDecided(dir: Direction, flow: FlowKey, outcome: string): void {
    if (outcome !== "Allow" && outcome !== "Deny") return;
    const { firewall } = this.#model;
    const packet: SeenPacket = { dir, flow, vni: () => this.#vni(dir, flow) };
    const known = firewall.known(packet);
    const isAllowed = known !== undefined || firewall.rulesAllow(packet);
    if (isAllowed !== (outcome === "Allow")) {
      const why = known === undefined ? "the rules" : "a flow that was allowed";
      this.#fault = `The firewall says ${outcome} to ${dir} ${flow.toString()}, against ${why}`;
    }
    if (outcome !== "Allow") return;
    this.#firewallFlow = known ?? firewall.allow(packet, this.#nowMs);
    this.#firewallFlow.lastMs = this.#nowMs;
  }

  #vni(dir: Direction, flow: FlowKey): number | undefined {
    if (dir === "out") return this.#model.vniOf(flow.toFlowId().dst);
    return this.#frame === undefined ? undefined : taggedVni(this.#frame);
  }

  #advance(ms: number, expire: boolean): void {
    this.#nowMs += ms;
    if (!expire) return;
    this.#vpc.port.expireFlows();
    this.#model.firewall.expire(this.#nowMs);
  }

  /** When every flow has ended nothing is left of them: no entry, and no port of a SNAT pool. */
  #end(): void {
    const { port, cfg } = this.#vpc;
    port.start();
    this.#vpc.setFirewallRules([]);
    this.#advance(LONGER_THAN_ANY_FLOW_MS, true);
    const left = port.listLayers().filter(({ flows }) => flows > 0);
    if (left.length > 0) throw new Error(`Flows are left in ${left.map(({ name }) => name).join()}`);
    for (const family of [cfg.ipCfg.ipv4, cfg.ipCfg.ipv6]) {
      if (family === undefined) continue;
      const emptied = checkSnatPools(
        this.#vpc,
        this.#mappings,
        this.#model.gateways,
        family,
        this.#scene.config.limits,
        () => this.#advance(LONGER_THAN_ANY_FLOW_MS, true),
      );
      if (emptied) this.#count("SNAT pools emptied");
    }
    this.#vpc.close();
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
