import { describe, expect, it } from "vitest";
import { Ipv4Addr, MacAddr, OpteError, type Direction } from "opte-api";
import type { Action } from "../action/action.js";
import { Frame } from "../packet/frame.js";
import { parseGuest } from "../packet/parse.js";
import type { ProbesProvider } from "../provider/probes.js";
import { makeRule, type Rule } from "../rule/rule.js";
import { DropReason, Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { NetworkDefinition } from "./network-definition.js";
import type { Port } from "./port.js";

const MAC = MacAddr.parse("02:00:00:00:00:01");
const ALLOW: Action = { kind: "allow" };
const ALLOW_STATEFUL: Action = { kind: "statefulAllow" };
const DENY: Action = { kind: "deny" };

const network: NetworkDefinition = {
  parse: (_dir, packet) => parseGuest(packet, packet.frame),
  handlePacket: () => ({ kind: "deny" }),
};

interface Bench {
  readonly port: Port;
  advance(ms: number): void;
  udp(dir: Direction, srcPort: number, dstPort: number): Verdict;
  tcp(dir: Direction, srcPort: number, flags: number, seq?: number, ack?: number): Verdict;
}

/** A port with a stateful layer in front of one that only allows. */
function bench(options: { limit?: number; probes?: ProbesProvider; rules?: [Direction, Rule][] } = {}): Bench {
  let nowMs = 1_000_000;
  const clock = { nowMs: () => nowMs };
  const limit = options.limit ?? 16;
  const builder = new PortBuilder("opte0", MAC, { clock, ...(options.probes && { probes: options.probes }) })
    .addLayer({ name: "wire", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 }, { at: "first" })
    .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: limit }, { at: "first" });
  for (const [dir, rule] of options.rules ?? []) builder.addRule("guard", dir, rule);
  const port = builder.create(network, { uft: limit, tcp: limit });
  port.start();
  const send = (dir: Direction, proto: number, payload: readonly number[]): Verdict =>
    port.process(dir, Frame.ofGuest(ipv4(dir, proto, payload)));
  return {
    port,
    advance: (ms) => {
      nowMs += ms;
    },
    udp: (dir, srcPort, dstPort) => send(dir, 17, [...u16(srcPort), ...u16(dstPort), 0, 8, 0, 0]),
    tcp: (dir, guestPort, flags, seq = 0, ack = 0) => {
      const ports = dir === "out" ? [...u16(guestPort), ...u16(80)] : [...u16(80), ...u16(guestPort)];
      return send(dir, 6, [...ports, ...u32(seq), ...u32(ack), 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    },
  };
}

function ipv4(dir: Direction, proto: number, payload: readonly number[]): Uint8Array {
  const ends = dir === "out" ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1];
  const header = [0x45, 0, ...u16(20 + payload.length), 0, 1, 0, 0, 64, proto, 0, 0, ...ends];
  return Uint8Array.from([...MAC.bytes, 2, 0, 0, 0, 0, 2, 8, 0, ...header, ...payload]);
}

function u16(value: number): number[] {
  return [value >>> 8, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

const SYN = 2;
const ACK = 16;
const FIN = 1;
const RST = 4;

describe("a port's life cycle", () => {
  it("is ready, then running, paused and running again", () => {
    const { port } = bench();
    expect(port.state).toBe("running");
    port.pause();
    expect(port.state).toBe("paused");
    port.start();
    expect(port.state).toBe("running");
  });

  it("port_transition_running: refuses packets unless it is running, and counts nothing", () => {
    const { port, udp } = bench();
    port.pause();
    const before = port.stats();
    expect(udp("out", 1, 2)).toBe(Verdict.Error);
    expect(port.result.error).toEqual({ kind: "BadState", state: "paused" });
    expect(port.stats()).toEqual(before);
  });

  it("port_transition_pause: a paused port can be read but neither changed nor cleared", () => {
    const { port } = bench();
    port.pause();
    const rule = makeRule(1, DENY);
    const refused = [
      () => port.pause(),
      () => port.addRule("guard", "in", rule),
      () => {
        port.removeRule("guard", "in", 0);
      },
      () => {
        port.setRules("guard", { in: [], out: [] });
      },
      () => {
        port.clearUft();
      },
      () => {
        port.clearLft("nowhere");
      },
      () => {
        port.expireFlows();
      },
    ];
    for (const operation of refused) expect(operation).toThrow(new OpteError({ kind: "BadState", msg: "paused" }));
    expect(port.dumpUft().outNumFlows).toBe(0);
    expect(port.dumpTcpFlows().flows).toEqual([]);
    expect(port.dumpLayer("guard").name).toBe("guard");
  });

  it("port_transition_reset: forgets every flow and keeps rules, counters and epoch", () => {
    const { port, udp } = bench();
    udp("out", 1, 2);
    const epoch = port.epoch;
    port.reset();
    expect(port.state).toBe("ready");
    expect(port.epoch).toBe(epoch);
    port.start();
    expect(port.dumpUft().outNumFlows).toBe(0);
    expect(port.listLayers().map((layer) => layer.flows)).toEqual([0, 0]);
    expect(port.stats()["out_modified"]).toBe(1);
  });

  it("names what is missing", () => {
    const { port } = bench();
    expect(() => port.addRule("nowhere", "in", makeRule(1, DENY))).toThrow(OpteError);
    expect(() => port.dumpLayer("nowhere")).toThrow(OpteError);
    expect(() => {
      port.removeRule("guard", "in", 7);
    }).toThrow(OpteError);
    expect(port.layerStats("nowhere")).toBeUndefined();
  });
});

describe("PortBuilder", () => {
  const spec = (name: string): Parameters<PortBuilder["addLayer"]>[0] => ({
    name,
    defaultIn: "allow",
    defaultOut: "allow",
    flowLimit: 1,
  });

  it("places layers by the outbound order", () => {
    const builder = new PortBuilder("p", MAC, { clock: { nowMs: () => 0 } })
      .addLayer(spec("b"), { at: "first" })
      .addLayer(spec("d"), { at: "last" })
      .addLayer(spec("a"), { at: "before", layer: "b" })
      .addLayer(spec("c"), { at: "after", layer: "b" });
    expect(builder.layerNames()).toEqual(["a", "b", "c", "d"]);
    expect(builder.removeLayer("c").layerNames()).toEqual(["a", "b", "d"]);
  });

  it("refuses a position beside a layer that is not there", () => {
    const builder = new PortBuilder("p", MAC, { clock: { nowMs: () => 0 } });
    const expected = new OpteError({ kind: "BadLayerPos", layer: "x", pos: 'Before("y")' });
    expect(() => builder.addLayer(spec("x"), { at: "before", layer: "y" })).toThrow(expected);
    expect(() => builder.addRule("y", "in", makeRule(1, DENY))).toThrow(OpteError);
  });

  it("fails to make a port whose counters cannot be registered, and leaves none behind", () => {
    const registered = new Set<string>();
    const stats = {
      register: ({ name }: { name: string }) => {
        if (name === "p_x") throw new Error("kstat name too long: p_x");
        registered.add(name);
        return { unregister: () => registered.delete(name) };
      },
    };
    const builder = new PortBuilder("p", MAC, { clock: { nowMs: () => 0 }, stats }).addLayer(spec("x"), { at: "last" });
    expect(() => builder.create(network, { uft: 1, tcp: 1 })).toThrow("kstat name too long: p_x");
    expect(registered.size).toBe(0);
  });
});

describe("the epoch", () => {
  it("add_remove_fw_rule: rises by one with every successful rule change, and only then", () => {
    const { port } = bench();
    expect(port.epoch).toBe(1);
    const id = port.addRule("guard", "in", makeRule(1, DENY));
    expect(port.epoch).toBe(2);
    port.removeRule("guard", "in", id);
    expect(port.epoch).toBe(3);
    port.setRules("guard", { in: [], out: [] });
    port.setRulesSoft("guard", { in: [], out: [] });
    expect(port.epoch).toBe(5);
    expect(() => {
      port.removeRule("guard", "in", id);
    }).toThrow();
    expect(port.epoch).toBe(5);
  });

  it("uft_lft_invalidation_out: an entry made under older rules is removed with its partner at the flow's next packet", () => {
    const { port, udp } = bench({ rules: [["out", makeRule(10, ALLOW_STATEFUL)]] });
    udp("out", 1, 2);
    udp("in", 2, 1);
    port.setRules("guard", { in: [], out: [makeRule(1, DENY)] });
    expect(port.dumpUft()).toMatchObject({ inNumFlows: 1, outNumFlows: 1 });
    expect(udp("out", 1, 2)).toBe(Verdict.Drop);
    expect(port.result).toMatchObject({ reason: DropReason.LayerRule, layer: "guard" });
    expect(port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
  });

  it("uft_lft_invalidation_in: so it is from the other side, by the default", () => {
    const { port, udp } = bench({ rules: [["out", makeRule(10, ALLOW_STATEFUL)]] });
    udp("out", 1, 2);
    udp("in", 2, 1);
    port.setRules("guard", { in: [], out: [makeRule(1, DENY)] });
    expect(udp("in", 2, 1)).toBe(Verdict.Drop);
    expect(port.result).toMatchObject({ reason: DropReason.LayerDefault, layer: "guard" });
    expect(port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
  });
});

describe("packets of a flow", () => {
  it("pay for rules once in each direction", () => {
    const { port, udp } = bench();
    expect([udp("out", 1, 2), udp("out", 1, 2), udp("in", 2, 1), udp("in", 2, 1)]).toEqual([0, 0, 0, 0]);
    expect(port.stats()).toMatchObject({ out_uft_miss: 1, out_uft_hit: 1, in_uft_miss: 1, in_uft_hit: 1 });
    expect(port.layerStats("guard")).toMatchObject({ out_lft_miss: 1, in_lft_hit: 1 });
  });

  it("are refused from outside before the guest has sent one", () => {
    const { port, udp } = bench();
    expect(udp("in", 2, 1)).toBe(Verdict.Drop);
    expect(port.result).toMatchObject({ reason: DropReason.LayerDefault, layer: "guard", ruleId: -1 });
    expect(port.stats()).toMatchObject({ in_drop: 1, in_drop_layer: 1, in_uft_miss: 1 });
    expect(port.dumpUft().inNumFlows).toBe(0);
  });

  it("flow_expiration: nothing goes just before 60 s of idleness, everything after", () => {
    const { port, udp, advance } = bench();
    udp("out", 1, 2);
    advance(59_999);
    port.expireFlows();
    expect(port.dumpUft().outNumFlows).toBe(1);
    advance(1);
    port.expireFlows();
    expect(port.dumpUft().outNumFlows).toBe(0);
    expect(port.listLayers().map((layer) => layer.flows)).toEqual([0, 0]);
  });

  it("a full unified table of UDP flows refuses another, after all layers allowed it", () => {
    const { port, udp } = bench({ limit: 1 });
    port.setRules("guard", { in: [], out: [makeRule(1, ALLOW)] });
    udp("out", 1, 2);
    expect(udp("out", 3, 4)).toBe(Verdict.Error);
    expect(port.result.error).toEqual({ kind: "FlowTableFull", table: "UFT", limit: 1 });
    expect(port.stats()).toMatchObject({ out_process_err: 1, out_modified: 1 });
  });

  it("clear_uft: forgetting the unified entries keeps the layers' flows", () => {
    const { port, udp } = bench();
    udp("out", 1, 2);
    port.clearUft();
    expect(udp("in", 2, 1)).toBe(Verdict.Modified);
    port.clearUft();
    port.clearLft("guard");
    expect(udp("in", 2, 1)).toBe(Verdict.Drop);
  });
});

describe("tracked TCP", () => {
  it("tcp_outbound: follows a connection through its opening and closing", () => {
    const { port, tcp } = bench();
    const state = (): string => port.dumpTcpFlows().flows[0]?.[1].tcpState.tcpState ?? "none";
    tcp("out", 1000, SYN, 100);
    expect(state()).toBe("SynSent");
    tcp("in", 1000, SYN | ACK, 500, 101);
    tcp("out", 1000, ACK, 101, 501);
    expect(state()).toBe("Established");
    tcp("out", 1000, FIN | ACK, 101, 501);
    expect(state()).toBe("FinWait1");
    tcp("in", 1000, ACK, 501, 102);
    expect(state()).toBe("FinWait2");
    tcp("in", 1000, FIN | ACK, 501, 102);
    expect(state()).toBe("TimeWait");
    expect(port.dumpTcpFlows().flows[0]?.[1]).toMatchObject({ segsOut: 3, segsIn: 3 });
  });

  it("a reset is forwarded and ends the flow with both its unified entries", () => {
    const { port, tcp } = bench();
    tcp("out", 1000, SYN, 100);
    tcp("in", 1000, SYN | ACK, 500, 101);
    expect(tcp("in", 1000, RST, 501)).toBe(Verdict.Modified);
    expect(port.dumpTcpFlows().flows).toEqual([]);
    expect(port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
  });

  it("early_tcp_invalidation: a new SYN on an established flow begins it anew", () => {
    const { port, tcp } = bench();
    tcp("out", 1000, SYN, 100);
    tcp("in", 1000, SYN | ACK, 500, 101);
    tcp("out", 1000, ACK, 101, 501);
    tcp("out", 1000, SYN, 9000);
    expect(port.dumpTcpFlows().flows[0]?.[1]).toMatchObject({ segsOut: 1, segsIn: 0, hits: 0 });
    expect(port.stats()).toMatchObject({ out_uft_hit: 2, out_uft_miss: 2 });
  });

  it("drops a first segment that opens nothing", () => {
    const { port, tcp } = bench();
    expect(tcp("out", 1000, FIN)).toBe(Verdict.Drop);
    expect(port.result).toMatchObject({ reason: DropReason.TcpError, layer: "" });
    expect(port.stats()).toMatchObject({ out_drop: 1, out_drop_tcp_err: 1 });
  });

  it("no_panic_on_flow_table_full: a flow beyond the limit is dropped while the first is protected", () => {
    const { port, tcp } = bench({ limit: 1 });
    tcp("out", 1000, SYN);
    expect(tcp("out", 1001, SYN)).toBe(Verdict.Drop);
    expect(port.result.reason).toBe(DropReason.TcpError);
  });

  it("tcp_invalidation_does_not_block_connection: a late SYN+ACK passes by the layer's flow and is established", () => {
    const { port, tcp, advance } = bench();
    tcp("out", 1000, SYN, 100);
    advance(6_000);
    port.expireFlows();
    expect(port.dumpTcpFlows().flows).toEqual([]);
    expect(tcp("in", 1000, SYN | ACK, 500, 101)).toBe(Verdict.Modified);
    expect(port.dumpTcpFlows().flows[0]?.[1].tcpState.tcpState).toBe("Established");
  });
});

describe("probes", () => {
  it("tell a packet's way and its flow's end", () => {
    const seen: string[] = [];
    const { port, udp, advance } = bench({
      probes: {
        portProcessEntry: (dir, name) => seen.push(`entry ${dir} ${name}`),
        ruleNoMatch: (_name, layer) => seen.push(`no rule ${layer}`),
        uftHit: (dir) => seen.push(`hit ${dir}`),
        portProcessReturn: (_dir, _name, _before, _after, _epoch, [label], path) => seen.push(`${label} ${path}`),
        flowExpired: (_name, table, _flow, lastHitMs, nowMs) => seen.push(`expired ${table} ${nowMs - lastHitMs}`),
      },
    });
    udp("out", 1, 2);
    udp("out", 1, 2);
    advance(60_000);
    port.expireFlows();
    expect(seen).toEqual([
      "entry out opte0",
      "no rule guard",
      "no rule wire",
      "Modified 3",
      "entry out opte0",
      "hit out",
      "Modified 1",
      "expired uft_out 60000",
      "expired guard_out 60000",
      "expired guard_in 60000",
    ]);
  });

  it("must not change the port that fired them", () => {
    const ports: Port[] = [];
    const test = bench({
      probes: {
        flowExpired: () => {
          for (const port of ports) port.reset();
        },
      },
    });
    ports.push(test.port);
    test.udp("out", 1, 2);
    test.advance(60_000);
    expect(() => {
      test.port.expireFlows();
    }).toThrow();
  });
});

describe("results", () => {
  it("tell the flow as it came and the rule that decided", () => {
    const { port, udp } = bench();
    const dst = { kind: "ipv4Dst", values: [Ipv4Addr.parse("10.0.0.2")] } as const;
    const id = port.addRule("guard", "out", makeRule(1, DENY, { predicates: [dst] }));
    udp("out", 1025, 53);
    expect(port.result.flow.toString()).toBe("UDP:10.0.0.1:1025:10.0.0.2:53");
    expect(port.result.ruleId).toBe(id);
  });
});
