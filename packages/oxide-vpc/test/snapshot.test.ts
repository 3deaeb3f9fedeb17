// A port that goes on from its snapshot beside a twin of which none was ever taken, over random configurations, packets and commands.

import { type Direction, IpAddr, OpteError, Vni } from "opte-api";
import { Frame, inOneGo, makeRule, Verdict, VERDICT_NAMES } from "opte-core";
import { describe, expect, it } from "vitest";
import { FirewallRule, parsePortConfig } from "../src/api/index.js";
import { openPort, restoreVpcPort, VpcMappings, VpcPort, type VpcPortSnapshot } from "../src/index.js";
import { PortModel } from "./fuzz/port-model.js";
import { prepare, randomCommand } from "./fuzz/random-commands.js";
import { randomScene, type Scene } from "./fuzz/random-config.js";
import { RandomFrames } from "./fuzz/random-frames.js";
import { Random } from "./random.js";

const SEEDS = process.env["OPTE_FUZZ"] === "full" ? 400 : 40;
const STEPS = 300;
const TIMEOUT_MS = 1_800_000;
/** One in so many packets comes with a command. */
const COMMAND_ODDS = 20;

/** A port and its sled. */
class World {
  readonly scene: Scene;
  readonly model: PortModel;
  readonly mappings: VpcMappings;
  vpc: VpcPort;
  nowMs = 1_000_000;
  readonly #clock = { nowMs: (): number => this.nowMs };

  constructor(seed: number) {
    const random = new Random(seed);
    this.scene = randomScene(random);
    this.model = new PortModel(this.scene.config);
    this.mappings = new VpcMappings();
    this.vpc = new VpcPort(this.scene.config, this.mappings, { clock: this.#clock });
    prepare(random, this.#target());
    this.vpc.port.start();
  }

  /** Puts a port made of a snapshot in place of the one that it was taken of; its clock is another. */
  continueFrom(snapshot: unknown): void {
    this.nowMs = 5_000_000_000;
    this.vpc = restoreVpcPort(snapshot, this.mappings, { clock: this.#clock });
  }

  command(seed: number): void {
    randomCommand(new Random(seed), this.#target());
  }

  /** @returns all that can be seen of what became of the packet */
  process(dir: Direction, frame: Frame): unknown {
    const { port } = this.vpc;
    const verdict = port.process(dir, frame);
    const { reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error, hairpin } = port.result;
    const answer = verdict === Verdict.Hairpin ? hairpin.toBytes() : undefined;
    return { verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error, answer, frame: frame.toBytes() };
  }

  /** All that the port tells of itself. */
  state(): unknown {
    const { port, cfg } = this.vpc;
    const isDumpable = port.state !== "ready";
    return {
      cfg,
      epoch: port.epoch,
      stats: port.stats(),
      layers: port.listLayers().map(({ name }) => [port.dumpLayer(name), port.layerStats(name)]),
      tables: isDumpable ? [port.dumpUft(), port.dumpTcpFlows()] : [],
    };
  }

  #target(): Parameters<typeof randomCommand>[1] {
    const { scene, vpc, mappings, model } = this;
    const advance = (ms: number, expire: boolean): void => {
      this.nowMs += ms;
      if (expire) vpc.port.expireFlows();
    };
    return { scene, vpc, mappings, model, advance };
  }
}

/** Random packets and commands, the same for every world. */
class Script {
  readonly #random: Random;
  readonly #frames: RandomFrames;
  readonly #counts: Map<string, number>;

  constructor(seed: number, scene: Scene, counts: Map<string, number>) {
    this.#random = new Random(seed);
    this.#frames = new RandomFrames(this.#random, scene);
    this.#counts = counts;
  }

  run(first: World, ...others: readonly World[]): void {
    const worlds = [first, ...others];
    for (let step = 0; step < STEPS; step++) {
      const seed = this.#random.below(1 << 30);
      for (const world of worlds) {
        if (seed % COMMAND_ODDS === 0) world.command(seed);
        if (seed % 7 === 0) world.vpc.port.start();
        world.nowMs += seed % 3;
      }
      const dir = this.#random.below(2) === 0 ? "in" : "out";
      const frame = this.#frames.next(dir);
      const copies = others.map(() => new Frame(frame.bytes.slice(), frame.start, frame.end));
      const outcome = first.process(dir, frame);
      for (const [i, world] of others.entries()) {
        const copy = copies[i];
        if (copy !== undefined) expect(world.process(dir, copy)).toEqual(outcome);
      }
      const { verdict, path } = first.vpc.port.result;
      const what = `${VERDICT_NAMES[verdict] ?? ""} ${path}`;
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
      if (verdict === Verdict.Modified) this.#frames.passed(dir, frame);
    }
  }
}

const carried = (snapshot: VpcPortSnapshot): unknown => JSON.parse(JSON.stringify(snapshot));

describe("a VPC port's snapshot", () => {
  it(
    `goes on in another process, by another clock, as the port would have done (${SEEDS} configurations)`,
    () => {
      const counts = new Map<string, number>();
      const flows = { uft: 0, tcp: 0, leased: 0 };
      for (let seed = 0; seed < SEEDS; seed++) {
        const [twin, copy] = [new World(seed), new World(seed)];
        const script = new Script(seed, twin.scene, counts);
        script.run(twin, copy);
        const taken = copy.vpc.snapshot();
        expect(copy.state()).toEqual(twin.state());
        expect(inOneGo(copy.vpc.snapshotInSlices())).toEqual(taken);
        const text = JSON.stringify(taken);
        flows.uft += /"uftOut":[1-9]/.test(text) ? 1 : 0;
        flows.tcp += /"tcp":[1-9]\d*,"uftIn"/.test(text) ? 1 : 0;
        flows.leased += text.includes('"pool":"') ? 1 : 0;
        copy.continueFrom(JSON.parse(text));
        expect(copy.vpc.port.state).toBe("restored");
        expect(carried(copy.vpc.snapshot())).toEqual(carried(taken));
        for (const world of [twin, copy]) world.vpc.port.start();
        expect(copy.state()).toEqual(twin.state());
        script.run(twin, copy);
        expect(copy.state()).toEqual(twin.state());
        expect(carried(copy.vpc.snapshot())).toEqual(carried(twin.vpc.snapshot()));
      }
      // Otherwise the runs would prove less than they say.
      for (const count of Object.values(flows)) expect(count).toBeGreaterThan(SEEDS / 20);
      for (const what of ["modified 1", "modified 3", "hairpin 3", "drop 3"]) {
        expect(counts.get(what) ?? 0, what).toBeGreaterThan(SEEDS);
      }
    },
    TIMEOUT_MS,
  );

  it(
    "of rules alone makes a port with the same configuration and rules under their ids, and none of its flows",
    () => {
      for (let seed = 0; seed < SEEDS; seed++) {
        const world = new World(seed);
        new Script(seed, world.scene, new Map()).run(world);
        const taken = world.vpc.snapshot("rules");
        const before = world.vpc;
        world.continueFrom(carried(taken));
        const { port } = world.vpc;
        expect(carried(world.vpc.snapshot("rules"))).toEqual(carried(taken));
        expect(rulesOf(world.vpc)).toEqual(rulesOf(before));
        expect([world.vpc.cfg, port.epoch]).toEqual([before.cfg, before.port.epoch]);
        expect(port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
        const rule = FirewallRule.parse("dir=in action=allow priority=9");
        for (const { port: each } of [before, world.vpc]) each.start();
        expect(world.vpc.addFirewallRule(rule)).toBe(before.addFirewallRule(rule));
      }
    },
    TIMEOUT_MS,
  );

  it("has the port's configuration in the form in which ports are opened, with rules in the order that keeps theirs", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { vpc } = new World(seed);
      const { config } = vpc.snapshot("rules").content;
      const opened = openPort(parsePortConfig(config), new VpcMappings(), { clock: { nowMs: () => 0 } });
      const withoutIds = (all: ReturnType<typeof rulesOf>): unknown =>
        all.map((rules) => rules.map(({ rule }) => rule));
      expect(withoutIds(rulesOf(opened))).toEqual(withoutIds(rulesOf(vpc)));
      expect(opened.cfg).toEqual(vpc.cfg);
    }
  });
});

describe("a VPC port's snapshot that is not sound", () => {
  const world = new World(3);
  new Script(3, world.scene, new Map()).run(world);
  const text = JSON.stringify(world.vpc.snapshot());

  it("is refused for another format, another version, or a character that has changed, and leaves the sled as it is", () => {
    const { vni, ipCfg } = world.scene.config;
    const own = ipCfg.ipv4?.privateIp ?? ipCfg.ipv6?.privateIp ?? IpAddr.parse("::");
    const mappings = new VpcMappings();
    const errorOf = (snapshot: unknown): unknown => {
      try {
        restoreVpcPort(snapshot, mappings, { clock: { nowMs: () => 0 } });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const refused = (snapshot: unknown, msg: string): void => {
      const error = errorOf(snapshot);
      expect(error).toBeInstanceOf(OpteError);
      expect(error).toHaveProperty("payload.kind", "PortCreate");
      expect(error).toHaveProperty("payload.msg", expect.stringContaining(msg));
      expect(mappings.v2p.get(Vni.of(vni), own)).toBeUndefined();
    };
    refused(undefined, "snapshot is not an object");
    refused({ ...JSON.parse(text), format: "opte-port" }, "snapshot.format is not one of oxide-vpc-port");
    refused({ ...JSON.parse(text), version: 1 }, "snapshot.version is 1, and this engine reads 2");
    const random = new Random(1);
    const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
    for (let i = 0; i < 200; i++) {
      const at = random.of(digits);
      const digit = (Number(text[at]) + 1 + random.below(9)) % 10;
      let snapshot: unknown;
      try {
        snapshot = JSON.parse(text.slice(0, at) + String(digit) + text.slice(at + 1));
      } catch {
        continue;
      }
      if (JSON.stringify(snapshot) !== text) refused(snapshot, "snapshot.");
    }
  });

  it("is not taken of a port with rules that the VPC does not know", () => {
    const { vpc } = new World(5);
    vpc.port.addRule("firewall", "in", makeRule(1, { kind: "deny" }));
    expect(() => vpc.snapshot()).toThrow('A rule of layer "firewall" is not of the VPC');
  });
});

function rulesOf({ port }: VpcPort): (readonly { readonly id: number; readonly rule: unknown }[])[] {
  return port.listLayers().flatMap(({ name }) => {
    const { rulesIn, rulesOut } = port.dumpLayerRules(name);
    return [rulesIn, rulesOut].map((rules) => rules.map(({ id, rule }) => ({ id, rule })));
  });
}
