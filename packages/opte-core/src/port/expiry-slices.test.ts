import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edge, type EdgeLimits, makeEdge, stateOf } from "../../test/edge-network.js";
import { edgeLimits, edgeSteps, frameOf, ipShot } from "../../test/edge-traffic.js";
import { Verdict } from "../verdict.js";

const ROOMY: EdgeLimits = { uft: 64, tcp: 64, firewall: 64, nat: 64 };

/** Lets a port expire all that is due now, a few entries at a time. @returns how many times it was called */
function expireInSlices({ port }: Edge, most: number): number {
  let calls = 1;
  for (; port.expireFlows(most) >= most; calls++) expect(calls).toBeLessThan(10_000);
  return calls;
}

function send(edge: Edge, guestPort: number): number {
  const shot = ipShot({ guestPort, remotePort: 80 });
  expect(edge.port.process(shot.dir, frameOf(shot))).toBe(Verdict.Modified);
  return edge.port.result.path;
}

describe("expiry in slices", () => {
  it("comes to the same as at once, however few entries are looked at at a time", () => {
    let slices = 0;
    fc.assert(
      fc.property(edgeLimits, edgeSteps(60), fc.integer({ min: 1, max: 4 }), (limits, steps, most) => {
        const whole = makeEdge(limits);
        const sliced = makeEdge(limits);
        for (const step of steps) {
          for (const edge of [whole, sliced]) {
            if (step.kind === "change") step.run(edge);
            else for (let i = 0; i < step.times; i++) edge.port.process(step.shot.dir, frameOf(step.shot));
          }
        }
        for (const ms of [0, 2_000, 4_000, 59_000, 30_000, 8_000_000]) {
          for (const edge of [whole, sliced]) edge.nowMs += ms;
          whole.port.expireFlows();
          slices += expireInSlices(sliced, most);
          expect(stateOf(sliced)).toBe(stateOf(whole));
          expect(sliced.heard.toSorted()).toEqual(whole.heard.toSorted());
        }
      }),
      { numRuns: 60 },
    );
    // Had nothing been due, one call would have been enough each time.
    expect(slices).toBeGreaterThan(60 * 6 * 2);
  });

  it("stops when it has looked at as many entries as it may, and goes on with the next call, at a later time", () => {
    const edge = makeEdge(ROOMY);
    send(edge, 1000);
    send(edge, 1001);
    edge.nowMs += 60_000;
    expect(edge.port.expireFlows(1)).toBe(1);
    expect(edge.port.stats()["out_uft_flows"]).toBe(1);
    edge.nowMs += 10;
    expireInSlices(edge, 1);
    expect(edge.port.stats()["out_uft_flows"]).toBe(0);
    expect(edge.port.dumpLayer("firewall").flowsOut).toEqual([]);
    expect(edge.port.expireFlows(1)).toBe(0);
  });

  it("comes to every table, whatever is looked at in those before and is not due yet", () => {
    const edge = makeEdge(ROOMY);
    send(edge, 1000);
    edge.nowMs += 500;
    send(edge, 1001);
    edge.nowMs += 59_500;
    expireInSlices(edge, 1);
    expect(edge.port.stats()["out_uft_flows"]).toBe(1);
    expect(edge.port.dumpLayer("firewall").flowsOut).toHaveLength(1);
  });

  it("lets a flow live on that is hit before its turn has come", () => {
    const edge = makeEdge(ROOMY);
    send(edge, 1000);
    send(edge, 1001);
    edge.nowMs += 60_000;
    edge.port.expireFlows(1);
    const paths = [send(edge, 1000), send(edge, 1001)];
    expect(paths.toSorted()).toEqual([1, 3]);
    expireInSlices(edge, 1);
    expect(edge.port.stats()["out_uft_flows"]).toBe(2);
  });
});
