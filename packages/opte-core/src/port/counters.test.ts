import { MacAddr, type Direction } from "opte-api";
import { describe, expect, it } from "vitest";
import { tcpFrame, udpFrame } from "../../test/small-frames.js";
import { type Action, DONE, MALFORMED } from "../action/action.js";
import { parseGuest } from "../packet/parse.js";
import { makeRule, type Rule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { LayerSpec } from "../layer/layer.js";
import type { Port } from "./port.js";

const SYN = 2;
const ACK = 16;
const FIN = 1;

/** A running port of one layer, whose tables hold two flows each. */
class Bench {
  readonly port: Port;
  nowMs = 0;

  constructor(layer: Omit<LayerSpec, "name" | "flowLimit">) {
    this.port = new PortBuilder("p", MacAddr.ZERO, { clock: { nowMs: () => this.nowMs } })
      .addLayer({ ...layer, name: "guard", flowLimit: 2 }, { at: "first" })
      .create(
        { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
        { uft: 2, tcp: 2 },
      );
    this.port.start();
  }

  udp(dir: Direction, guestPort: number, times = 1): void {
    for (let i = 0; i < times; i++) this.port.process(dir, udpFrame(dir, guestPort));
  }

  tcp(dir: Direction, guestPort: number, flags: number, times = 1): void {
    for (let i = 0; i < times; i++) this.port.process(dir, tcpFrame(dir, guestPort, { flags }));
  }
}

/** A rule about a port of the guest. */
function rule(dir: Direction, guestPort: number, action: Action): Rule {
  const kind = dir === "in" ? "dstPort" : "srcPort";
  return makeRule(1, action, { predicates: [{ kind, values: [guestPort] }] });
}

describe("the counters of a layer (spec 02 §8.5)", () => {
  it("count each what their name says, in the published order", () => {
    const bench = new Bench({ defaultIn: "deny", defaultOut: "statefulAllow" });
    const { port } = bench;
    const rules = {
      in: [rule("in", 2000, { kind: "allow" })],
      out: [rule("out", 3000, { kind: "deny" }), rule("out", 3001, { kind: "deny" })],
    };
    port.setRules("guard", rules);
    port.setRulesSoft("guard", rules);
    port.addRule("guard", "in", rule("in", 5000, { kind: "statefulAllow" }));
    port.addRule("guard", "out", rule("out", 6000, { kind: "allow" }));
    const id = port.addRule("guard", "in", rule("in", 6000, { kind: "allow" }));
    port.removeRule("guard", "in", id);
    expect(() => {
      port.removeRule("guard", "in", id);
    }).toThrow();

    bench.udp("out", 1000);
    bench.udp("in", 1000);
    bench.udp("in", 2000);
    bench.udp("in", 4000, 3);
    bench.udp("out", 3000, 4);
    bench.udp("out", 1001);
    // Two flows of UDP are in the table, and nothing evicts them.
    bench.udp("out", 1002, 2);
    bench.udp("in", 5000);
    port.clearUft();
    bench.udp("out", 1000);
    bench.udp("out", 1001);
    port.clearLft("guard");
    bench.tcp("out", 1000, SYN);
    bench.tcp("out", 1001, SYN);
    bench.nowMs += 4000;
    bench.tcp("out", 1002, SYN);

    expect(Object.entries(port.layerStats("guard") ?? {})).toEqual([
      ["in_lft_hit", 1],
      ["in_lft_full", 1],
      ["in_lft_miss", 5],
      ["in_rule_match", 2],
      ["in_rule_nomatch", 3],
      ["in_deny", 3],
      ["in_rules", 2],
      ["out_lft_hit", 2],
      ["out_lft_full", 2],
      ["out_lft_miss", 11],
      ["out_rule_match", 4],
      ["out_rule_nomatch", 7],
      ["out_deny", 4],
      ["out_rules", 3],
      ["lft_capacity", 2],
      ["flows", 2],
      ["evictions", 1],
      ["flow_ttl", 60],
      ["add_rule_called", 3],
      ["remove_rule_called", 1],
      ["set_rules_called", 2],
    ]);
  });
});

describe("the counters of a port (spec 02 §12)", () => {
  const answer = { text: "answer", reply: replyEmpty };
  const broken = { text: "broken", headerTransform: () => MALFORMED };
  const rulesOf = (dir: Direction): Rule[] => [
    rule(dir, 3000, { kind: "hairpin", generator: answer }),
    rule(dir, 3001, { kind: "handlePacket" }),
    rule(dir, 3002, { kind: "static", generator: broken }),
    rule(dir, 3003, { kind: "deny" }),
  ];

  it("count each what their name says, in the published order", () => {
    const rules = { in: rulesOf("in"), out: rulesOf("out") };
    const bench = new Bench({ defaultIn: "allow", defaultOut: "allow", rules });
    const { port } = bench;
    bench.udp("out", 3000, 4);
    bench.udp("out", 3001, 2);
    bench.udp("out", 3002, 5);
    bench.udp("out", 3003, 3);
    bench.tcp("out", 1000, FIN);
    bench.udp("in", 3000, 3);
    bench.udp("in", 3001, 4);
    bench.udp("in", 3002, 2);
    bench.udp("in", 3003);
    bench.tcp("in", 1000, FIN, 2);
    bench.udp("out", 1000, 3);
    bench.udp("in", 1000, 2);
    port.pause();
    bench.udp("in", 1000);
    port.start();

    port.clearUft();
    bench.tcp("out", 1000, SYN);
    bench.tcp("out", 1001, SYN);
    bench.nowMs += 4000;
    bench.tcp("out", 1002, SYN);
    bench.tcp("in", 1001, SYN | ACK);
    bench.tcp("in", 1002, SYN | ACK);
    bench.nowMs += 60_001;
    bench.tcp("in", 1003, SYN);
    bench.tcp("in", 1004, SYN);

    expect(Object.entries(port.stats())).toEqual([
      ["in_drop", 7],
      ["in_drop_handle_pkt", 4],
      ["in_drop_layer", 1],
      ["in_drop_tcp_err", 2],
      ["in_hairpin", 3],
      ["in_modified", 6],
      ["in_process_err", 2],
      ["in_uft_hit", 1],
      ["in_uft_miss", 17],
      ["in_uft_flows", 2],
      ["in_uft_capacity", 2],
      ["in_uft_evictions", 2],
      ["out_drop", 6],
      ["out_drop_handle_pkt", 2],
      ["out_drop_layer", 3],
      ["out_drop_tcp_err", 1],
      ["out_hairpin", 4],
      ["out_modified", 6],
      ["out_process_err", 5],
      ["out_uft_hit", 2],
      ["out_uft_miss", 19],
      ["out_uft_flows", 2],
      ["out_uft_capacity", 2],
      ["out_uft_evictions", 1],
      ["tcp_flows", 2],
      ["tcp_capacity", 2],
      ["tcp_evictions", 3],
    ]);
  });

  it("leave out a recorded list that fails (spec 02 §20 W15)", () => {
    const transform = { text: "nothing", run: () => undefined };
    const descriptor = {
      name: "list",
      headerTransform: () => ({ name: "list" }),
      bodyTransform: () => ({ kind: "value", value: transform }) as const,
    };
    const generator = { text: "list", describe: () => ({ kind: "value", value: descriptor }) as const };
    const rules = { in: [], out: [rule("out", 1000, { kind: "stateful", generator })] };
    const { port } = new Bench({ defaultIn: "allow", defaultOut: "allow", rules });
    expect(port.process("out", udpFrame("out", 1000, Uint8Array.of(1)))).toBe(Verdict.Modified);
    // The list asks for a body.
    expect(port.process("out", udpFrame("out", 1000))).toBe(Verdict.Error);
    expect(port.result).toMatchObject({ path: 2, error: { kind: "BodyTransform", cause: { kind: "noPayload" } } });
    expect(port.stats()).toMatchObject({ out_modified: 1, out_uft_hit: 1, out_process_err: 0, out_drop: 0 });
  });
});

function replyEmpty(_dir: Direction, _packet: unknown, reply: { reset(length: number): void }): typeof DONE {
  reply.reset(14);
  return DONE;
}
