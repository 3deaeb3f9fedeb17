import { describe, expect, it } from "vitest";
import { MacAddr } from "opte-api";
import { firewallRule, GATEWAY_IP, makeEdge, SHARING, stateOf } from "../../test/edge-network.js";
import { frameOf, ipShot, type IpSpec } from "../../test/edge-traffic.js";
import { udpFrame } from "../../test/small-frames.js";
import type { FlowDescriptor } from "../action/action.js";
import { parseGuest } from "../packet/parse.js";
import { LockReentryError } from "../provider/lock/reentry-error.js";
import { makeRule } from "../rule/rule.js";
import { DropReason, Verdict } from "../verdict.js";
import { PortBuilder } from "./builder.js";
import type { DryRunResult } from "./dry-run.js";
import type { Port } from "./port.js";

const ROOMY = { uft: 64, tcp: 64, firewall: 64, nat: 64 };

function dryRun(port: Port, spec: IpSpec): DryRunResult {
  const shot = ipShot(spec);
  return port.dryRun(shot.dir, frameOf(shot));
}

function send(port: Port, spec: IpSpec): Verdict {
  const shot = ipShot(spec);
  return port.process(shot.dir, frameOf(shot));
}

/** Port of the shared address that a result's packet leaves from. */
function sharedPort({ flowAfter }: DryRunResult): number | undefined {
  return flowAfter?.kind === "ports" ? flowAfter.srcPort : undefined;
}

describe("a dry run", () => {
  it("tells what the packet would come to, bytes included, as often as it is asked", () => {
    const { port } = makeEdge(ROOMY);
    const [once, again] = [dryRun(port, {}), dryRun(port, {})];
    expect(once).toMatchObject({ verdict: Verdict.Modified, path: 3, reason: DropReason.None });
    expect(sharedPort(once)).toBe(2002);
    expect(again).toEqual(once);
    const shot = ipShot({});
    const frame = frameOf(shot);
    expect(port.process("out", frame)).toBe(Verdict.Modified);
    expect(once.frame).toEqual(frame.toBytes());
  });

  it("leaves frame, tables, counters, pools, probes, log and the last result alone", () => {
    const edge = makeEdge(ROOMY);
    send(edge.port, { remotePort: 80 });
    const before = [stateOf(edge), edge.port.result.flow.toString()];
    const shot = ipShot({ proto: 6 });
    const frame = frameOf(shot);
    edge.port.dryRun("out", frame);
    expect(frame.toBytes()).toEqual(shot.bytes);
    expect([stateOf(edge), edge.port.result.flow.toString()]).toEqual(before);
  });

  it("tells of answers, drops, errors and frames that cannot be parsed", () => {
    const { port } = makeEdge(ROOMY);
    const echo = dryRun(port, { proto: 1, remote: GATEWAY_IP.bytes });
    expect(echo.verdict).toBe(Verdict.Hairpin);
    expect(echo.hairpin).toHaveLength(42);
    const id = port.addRule("firewall", "out", firewallRule({ kind: "deny" }, 1, 53, "out"));
    expect(dryRun(port, {})).toMatchObject({ verdict: Verdict.Drop, layer: "firewall", ruleId: id });
    expect(dryRun(port, { remotePort: 7 })).toMatchObject({ verdict: Verdict.Error, error: { kind: "Layer" } });
    expect(port.dryRun("in", frameOf(ipShot({})))).toMatchObject({
      verdict: Verdict.ParseError,
      parseError: { kind: "header" },
      flow: undefined,
    });
    port.pause();
    expect(dryRun(port, {}).error).toEqual({ kind: "BadState", state: "paused" });
  });

  it("knows a frame with too little headroom, far into a buffer or not", () => {
    const { port } = makeEdge(ROOMY);
    expect(dryRun(port, { headroom: 69 }).reason).toBe(DropReason.Headroom);
    expect(dryRun(port, { headroom: 70 }).verdict).toBe(Verdict.Modified);
    expect(dryRun(port, { headroom: 1_000_002 }).verdict).toBe(Verdict.Modified);
  });

  it("forbids its observer to change the port", () => {
    const { port } = makeEdge(ROOMY);
    const decided = (): void => {
      port.clearUft();
    };
    expect(() => port.dryRun("out", frameOf(ipShot({})), { decided })).toThrow(LockReentryError);
  });

  it("leaves no trace when an observer throws", () => {
    const edge = makeEdge(ROOMY);
    const before = stateOf(edge);
    const layerLeft = (layer: string): void => {
      if (layer === "nat") throw new Error("Cannot go on");
    };
    expect(() => edge.port.dryRun("out", frameOf(ipShot({})), { layerLeft })).toThrow("Cannot go on");
    expect(stateOf(edge)).toBe(before);
    expect(send(edge.port, {})).toBe(Verdict.Modified);
    expect(edge.heard.length).toBeGreaterThan(0);
  });
});

describe("a dry run and finite resources", () => {
  it("tells the port that an old flow would first have to give back", () => {
    const edge = makeEdge(ROOMY);
    send(edge.port, {});
    edge.port.setRules("nat", edge.natRules);
    expect(edge.pools.udp.available(SHARING)).toBe(1);
    const dry = dryRun(edge.port, {});
    // The unified entry holds the old port until the flow's next packet.
    expect(sharedPort(dry)).toBe(2002);
    expect(edge.pools.udp.available(SHARING)).toBe(1);
    send(edge.port, {});
    expect(edge.port.result.flowAfter.toFlowId()).toMatchObject({ srcPort: 2002 });
  });

  it("does not release what could not be taken back", () => {
    const events: string[] = [];
    const descriptor = (n: number): FlowDescriptor => ({
      name: `${n}`,
      headerTransform: () => ({ name: "" }),
      release: () => events.push(`release ${n}`),
    });
    let made = 0;
    const generator = {
      text: "counting",
      describe: () => ({ kind: "value", value: descriptor(++made) }) as const,
    };
    const port = new PortBuilder("p", MacAddr.ZERO, { clock: { nowMs: () => 0 } })
      .addLayer({ name: "nat", defaultIn: "allow", defaultOut: "allow", flowLimit: 4 }, { at: "first" })
      .addRule("nat", "out", makeRule(1, { kind: "stateful", generator }))
      .create(
        { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
        { uft: 4, tcp: 4 },
      );
    port.start();
    port.process("out", udpFrame("out", 1000));
    port.setRules("nat", { in: [], out: [makeRule(1, { kind: "stateful", generator })] });
    port.dryRun("out", udpFrame("out", 1000));
    expect(events).toEqual(["release 2"]);
    port.process("out", udpFrame("out", 1000));
    expect(events).toEqual(["release 2", "release 1"]);
  });
});
