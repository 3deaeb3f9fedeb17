import { Ipv4Addr, Ipv6Addr, type FlowId } from "opte-api";
import { type ClockProvider, FlowKey, Frame, Packet } from "opte-core";
import { probesSuite } from "opte-core/testing";
import { describe, expect, it } from "vitest";
import { PORT_LISTENERS } from "./port-listeners.js";
import { traceFlowText } from "./trace-fields.js";
import { TraceHub } from "./trace-hub.js";

const clock: ClockProvider = { nowMs: () => 1234.5 };
const guest = Ipv4Addr.parse("10.0.0.5");
const peer = Ipv4Addr.parse("10.0.0.9");
const tcp: FlowId = { kind: "ports", proto: 6, src: guest, dst: peer, srcPort: 1025, dstPort: 80 };

function key(flow: FlowId): FlowKey {
  const result = new FlowKey();
  result.setFlowId(flow);
  return result;
}

describe("TraceHub", () => {
  describe("as listener of a port", () => {
    const tests = probesSuite(() => {
      const hub = new TraceHub(clock);
      const traceId = hub.open({ probes: Object.keys(PORT_LISTENERS) });
      const events: unknown[] = [];
      return {
        probes: hub.portProbes,
        report: () => {
          events.push(...hub.read({ traceId, maxEvents: 1000 }).events);
          return events;
        },
      };
    });
    for (const test of tests) it(test.name, test.run);
  });

  it("has no listener anywhere until a trace is opened, and none after it was closed", () => {
    const hub = new TraceHub(clock);
    const listening = (): string[] => {
      const members: [string, unknown][] = Object.entries({
        ...hub.portProbes,
        ...hub.deviceProbes,
        ...hub.ioctlProbes,
      });
      return members.filter(([, listener]) => listener !== undefined).map(([name]) => name);
    };
    expect(listening()).toEqual([]);
    const first = hub.open({ probes: ["uft-hit", "opte-next-hop"] });
    const second = hub.open({ probes: ["uft-hit"] });
    expect(listening()).toEqual(["uftHit", "nextHop"]);
    hub.close({ traceId: first });
    expect(listening()).toEqual(["uftHit"]);
    hub.close({ traceId: second });
    expect(listening()).toEqual([]);
    hub.close({ traceId: hub.open({ probes: ["ioctl"] }) });
    expect(listening()).toEqual([]);
  });

  it("tells both traces that listen to the same point, and one when the other is closed", () => {
    const hub = new TraceHub(clock);
    const [plain, whole] = [["opte-port-process"], ["usdt-port-process.d"]].map((probes) => hub.open({ probes }));
    const told = (): string[][] => {
      hub.portProbes.portProcessReturn?.(
        "out",
        "opte0",
        key(tcp),
        key(tcp),
        1,
        ["Modified"],
        1,
        new Uint8Array(2),
        undefined,
      );
      return [plain, whole].map((traceId) =>
        traceId !== undefined && hub.has(traceId)
          ? hub.read({ traceId, maxEvents: 9 }).events.map(({ probe }) => probe)
          : [],
      );
    };
    expect(told()).toEqual([["port-process"], ["usdt-port-process"]]);
    hub.close({ traceId: plain ?? -1 });
    expect(told()).toEqual([[], ["usdt-port-process"]]);
  });

  it("tells events once, in their order, in the columns of the script", () => {
    const hub = new TraceHub(clock);
    const traceId = hub.open({ probes: ["uft-hit"] });
    hub.portProbes.uftHit?.("out", "opte0", key(tcp), 7, 1000.75);
    expect(hub.read({ traceId, maxEvents: 10 })).toEqual({
      events: [
        {
          probe: "uft-hit",
          timeMs: 1234,
          fields: [
            ["port", { kind: "text", text: "opte0" }],
            ["dir", { kind: "text", text: "OUT" }],
            ["flow", { kind: "text", text: "TCP,10.0.0.5:1025,10.0.0.9:80" }],
            ["epoch", { kind: "number", number: 7 }],
            ["lastHit", { kind: "number", number: 1000 }],
          ],
        },
      ],
      lost: 0,
    });
    expect(hub.read({ traceId, maxEvents: 10 })).toEqual({ events: [], lost: 0 });
  });

  it.each([
    ["bad-packet", "port dir mblk msgData"],
    ["flow-expire", "port ftName flow lastHit now"],
    ["gen-desc-fail", "port layer dir flow msg"],
    ["gen-ht-fail", "port layer dir flow msg"],
    ["guest-loopback", "flow srcPort dstPort"],
    ["ht", "dir port location before after"],
    ["layer-process", "port layer dir flowBefore flowAfter res"],
    ["next-hop", "dest gateway srcMac dstMac msg"],
    ["port-process", "name dir epoch flowBefore flowAfter len result path"],
    ["rule-match", "port layer match dir flow action"],
    ["tcp-flow-drop", "port flow state flags"],
    ["tcp-flow-state", "port curr new flow"],
    ["uft-hit", "port dir flow epoch lastHit"],
    ["uft-invalidate", "port dir flow epoch"],
    ["count-cycles", "dir name ns"],
    ["mcast-delivery", "event vni group portOrNextHop"],
  ])("has the reference's script %s under all of its names, with the columns %s", (probe, columns) => {
    const hub = new TraceHub(clock);
    const segment = { state: "CLOSED", guestSeq: 1, guestAck: 2, remoteSeq: 3, remoteAck: 4 };
    const [flow, frame, error] = [key(tcp), Frame.ofGuest(new Uint8Array(14)), new Packet().parseError];
    const usdt = probe === "port-process" ? [] : [`usdt-${probe}.d`];
    for (const name of [probe, `opte-${probe}`, `${probe}.d`, `opte-${probe}.d`, ...usdt]) {
      const traceId = hub.open({ probes: [name] });
      const { portProbes: port, deviceProbes: device } = hub;
      device.badPacket?.("unknown", "in", frame, error);
      port.flowExpired?.("opte0", "uft.in", flow, 1, 2);
      port.genDescFail?.("opte0", "nat", "out", flow, "no address");
      port.genHtFail?.("opte0", "nat", "out", flow, "no address");
      device.guestLoopback?.(frame, flow, "opte0", "opte1");
      port.htRun?.("opte0", "nat", "out", flow, flow);
      port.layerProcessReturn?.("out", "opte0", "nat", flow, flow, ["Modified"]);
      device.nextHop?.(Ipv6Addr.parse("fd00::1"), undefined, undefined, undefined, "");
      port.portProcessReturn?.("out", "opte0", flow, flow, 1, ["Modified"], 3, frame.toBytes(), undefined);
      port.ruleNoMatch?.("opte0", "nat", "out", flow);
      port.tcpFlowDrop?.("opte0", flow, segment, "in", 2);
      port.tcpFlowState?.("opte0", flow, "SYN_SENT", "ESTABLISHED");
      port.uftHit?.("out", "opte0", flow, 1, 2);
      port.uftInvalidate?.("out", "opte0", flow, 1);
      device.transmitEntry?.("opte0");
      device.transmitReturn?.("opte0");
      device.mcastTx?.(Ipv4Addr.parse("224.1.2.3"), 77);
      const { events } = hub.read({ traceId, maxEvents: 10 });
      expect(events.map((event) => event.fields.map(([field]) => field).join(" "))).toEqual([columns]);
      hub.close({ traceId });
    }
  });

  it("has the frame itself in usdt-port-process, where the reference's script has its address", () => {
    const hub = new TraceHub(clock);
    const traceId = hub.open({ probes: ["usdt-port-process"] });
    const frame = Uint8Array.of(1, 2, 3);
    hub.portProbes.portProcessReturn?.("out", "opte0", key(tcp), key(tcp), 1, ["Modified"], 3, frame, undefined);
    frame.fill(0);
    const fields = hub.read({ traceId, maxEvents: 10 }).events[0]?.fields ?? [];
    expect(fields.map(([name]) => name).join(" ")).toBe("name dir epoch flowBefore flowAfter mblk len result path");
    expect(fields[5]?.[1]).toEqual({ kind: "bytes", bytes: Uint8Array.of(1, 2, 3) });
  });

  it("tells how long each batch takes, in nanoseconds, and nothing of a batch that had begun before", () => {
    let nowMs = 5;
    const hub = new TraceHub({ nowMs: () => nowMs });
    const traceId = hub.open({ probes: ["count-cycles"] });
    const { deviceProbes: device } = hub;
    device.receiveReturn?.("u1");
    device.transmitEntry?.("opte0");
    nowMs += 0.0015;
    device.transmitReturn?.("opte0");
    device.receiveEntry?.("u1");
    nowMs += 2;
    device.receiveReturn?.("u1");
    const { events } = hub.read({ traceId, maxEvents: 10 });
    expect(events.map(({ fields }) => fields.map(([, value]) => value))).toEqual([
      [
        { kind: "text", text: "tx" },
        { kind: "text", text: "opte0" },
        { kind: "number", number: 1500 },
      ],
      [
        { kind: "text", text: "rx" },
        { kind: "text", text: "u1" },
        { kind: "number", number: 2_000_000 },
      ],
    ]);
  });

  it("keeps a bounded number of events, and counts the others as lost, once", () => {
    const hub = new TraceHub(clock, 2);
    const traceId = hub.open({ probes: ["uft-hit"] });
    for (let epoch = 1; epoch <= 5; epoch++) hub.portProbes.uftHit?.("out", "opte0", key(tcp), epoch, 0);
    const first = hub.read({ traceId, maxEvents: 1 });
    expect([first.events.length, first.lost]).toEqual([1, 3]);
    const second = hub.read({ traceId, maxEvents: 10 });
    expect([second.events.length, second.lost]).toEqual([1, 0]);
  });

  it("lets a slow reader lose events without another one losing any", () => {
    const hub = new TraceHub(clock, 1);
    const slow = hub.open({ probes: ["uft-hit"] });
    const fast = hub.open({ probes: ["uft-hit"] });
    for (let epoch = 1; epoch <= 3; epoch++) {
      hub.portProbes.uftHit?.("out", "opte0", key(tcp), epoch, 0);
      expect(hub.read({ traceId: fast, maxEvents: 10 })).toMatchObject({ events: [{ probe: "uft-hit" }], lost: 0 });
    }
    expect(hub.read({ traceId: slow, maxEvents: 10 })).toMatchObject({ events: [{ probe: "uft-hit" }], lost: 2 });
  });

  it("filters by port, and by flow in both directions", () => {
    const hub = new TraceHub(clock);
    const byPort = hub.open({ probes: ["uft-hit"], portName: "opte1" });
    const byFlow = hub.open({ probes: ["uft-hit"], flow: tcp });
    const mirror: FlowId = { ...tcp, src: peer, dst: guest, srcPort: 80, dstPort: 1025 };
    hub.portProbes.uftHit?.("out", "opte0", key(tcp), 1, 0);
    hub.portProbes.uftHit?.("in", "opte0", key(mirror), 2, 0);
    hub.portProbes.uftHit?.("out", "opte1", key({ ...tcp, srcPort: 1026 }), 3, 0);
    const epochs = (traceId: number): unknown[] =>
      hub.read({ traceId, maxEvents: 10 }).events.map(({ fields }) => Object.fromEntries(fields)["epoch"]);
    expect(epochs(byPort)).toEqual([{ kind: "number", number: 3 }]);
    expect(epochs(byFlow)).toEqual([
      { kind: "number", number: 1 },
      { kind: "number", number: 2 },
    ]);
  });

  it("names what it does not know", () => {
    const hub = new TraceHub(clock);
    expect(() => hub.open({ probes: ["uft-hit", "nothing"] })).toThrow('probes: there is no probe "nothing"');
    expect(() => hub.open({ probes: [] })).toThrow("probes: no probe is given");
    expect(() => hub.read({ traceId: 9, maxEvents: 1 })).toThrow("there is no trace 9");
    expect(() => {
      hub.close({ traceId: 9 });
    }).toThrow("there is no trace 9");
  });
});

describe("traceFlowText", () => {
  it("writes flows as the scripts do, and ICMP by type, code and id", () => {
    expect(traceFlowText(tcp)).toBe("TCP,10.0.0.5:1025,10.0.0.9:80");
    const icmp: FlowId = { kind: "icmp", proto: 1, src: guest, dst: peer, type: 8, code: 0, id: 7 };
    expect(traceFlowText(icmp)).toBe("ICMP,10.0.0.5:8/0,10.0.0.9:7");
    expect(traceFlowText({ kind: "none", proto: 2, src: guest, dst: peer })).toBe("IGMP,10.0.0.5,10.0.0.9");
  });
});
