// Changes of rules while packets pass: how long the change takes, and how long it keeps packets waiting.

import type { CaseGroup } from "../harness/case-group.ts";
import { HitBench } from "../harness/hit-bench.ts";
import type { Row } from "../harness/row.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import { firewallRules } from "../world/firewall-rules.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld, withDefaultRules } from "../world/vpc-world.ts";

const BATCH = 256;
const PAUSE = { of: "value", atMost: 1 } as const;

export const ruleChangeGroup: CaseGroup = {
  name: "rule-change",
  *run(options) {
    for (const rules of options.isQuick ? [10_000] : [100, 1000, 10_000, 100_000]) {
      if (options.wants(`rule-change/${rules}-rules`)) yield* changes(rules, options.isQuick ? 100 : 300);
    }
    const flows = options.isQuick ? 50_000 : 500_000;
    if (options.wants(`rule-change/${flows}-flows`)) yield* pauses(flows);
  },
};

/** One rule of many, between batches of packets of 1,000 flows. */
function* changes(rules: number, rounds: number): Generator<Row, void, undefined> {
  const name = `rule-change/${rules}-rules`;
  const world = new VpcWorld({ rules: firewallRules(rules) });
  const traffic = new Traffic(world, { family: 4, protocol: "udp" }, 1000);
  traffic.begin(0, 1000);
  const packets = new HitBench(traffic, traffic.steadyFrames("out", 0), 1000, BATCH);
  const pass = (): void => {
    packets.prepare();
    packets.run();
  };
  const { vpc } = world;
  const addUs: number[] = [];
  const removeUs: number[] = [];
  const [rule] = withDefaultRules(["dir=out action=deny priority=30000 hosts=ip=203.0.113.7 protocol=tcp port=99"]);
  if (rule === undefined) throw new Error("There is no rule to add");
  for (let i = 0; i < rounds; i++) {
    let id = -1;
    addUs.push(1000 * elapsedMs(() => (id = vpc.addFirewallRule(rule))));
    pass();
    removeUs.push(1000 * elapsedMs(() => vpc.removeFirewallRule("out", id)));
    pass();
  }
  yield sampleRow(`${name}/add`, "us", addUs, rules === 10_000 ? { target: { of: "value", atMost: 200 } } : {});
  yield sampleRow(`${name}/remove`, "us", removeUs);
  const all = withDefaultRules(firewallRules(rules));
  const replaceMs = Array.from({ length: 5 }, () => {
    const ms = elapsedMs(() => vpc.setFirewallRules(all));
    traffic.begin(0, 1000);
    pass();
    return ms;
  });
  yield sampleRow(`${name}/replace`, "ms", replaceMs);
}

/** Changes at many flows, each of which stops packets for as long as it takes. */
function* pauses(flows: number): Generator<Row, void, undefined> {
  const name = `rule-change/${flows}-flows`;
  const world = new VpcWorld({ rules: firewallRules(10) });
  const traffic = new Traffic(world, { family: 4, protocol: "udp" }, flows);
  const { vpc } = world;
  const rules = withDefaultRules(firewallRules(10));
  const samples: Record<"add" | "remove" | "replace", number[]> = { add: [], remove: [], replace: [] };
  const [rule] = rules;
  if (rule === undefined) throw new Error("There is no rule to add");
  for (let round = 0; round < 2; round++) {
    traffic.begin(0, flows);
    let id = -1;
    samples.add.push(elapsedMs(() => (id = vpc.addFirewallRule(rule))));
    samples.remove.push(elapsedMs(() => vpc.removeFirewallRule(rule.direction, id)));
    // The rules have their epoch; entries of the old one go when their next packet comes
    traffic.begin(0, flows);
    samples.replace.push(elapsedMs(() => vpc.setFirewallRules(rules)));
  }
  yield sampleRow(`${name}/pause-add`, "ms", samples.add, { target: PAUSE });
  yield sampleRow(`${name}/pause-remove`, "ms", samples.remove, { target: PAUSE });
  yield sampleRow(`${name}/pause-replace`, "ms", samples.replace, { target: PAUSE });
}
