import { describe, expect, it } from "vitest";
import type { FlowDescriptor } from "../action/action.js";
import { FlowKey } from "../flow/flow-id.js";
import { TcpState } from "../flow/tcp-matrix.js";
import { FlowPairs, NONE } from "../layer/flow-pairs.js";
import { TcpFlows } from "./tcp-flows.js";

const SYN = { flags: 2, seq: 1, ack: 0, frameLen: 54 };

function flow(n: number): FlowKey {
  const key = new FlowKey();
  key.words.set([n, 0, 0, 0, 1, 0, 0, 0, 0, 6 | (4 << 8)]);
  return key;
}

describe("expiry of tracked TCP flows", () => {
  it("gives resources back in flow order, be it that their flows are idle or that they were killed", () => {
    const pairs = new FlowPairs();
    const tcp = new TcpFlows(8, pairs);
    const released: number[] = [];
    const create = (n: number, nowMs: number): number => {
      const descriptor: FlowDescriptor = {
        name: "SNAT",
        headerTransform: () => ({ name: "SNAT" }),
        release: () => released.push(n),
      };
      const pair = pairs.allocate(
        { dependantsGone: () => undefined, tcpDependantsChanged: () => undefined },
        descriptor,
        nowMs,
      );
      const slot = tcp.create("out", flow(n), TcpState.SynSent, SYN, nowMs, () => undefined);
      tcp.setParents("out", slot, pairs.link(NONE, pair));
      return pair;
    };
    create(4, 0);
    const youngest = create(3, 4_000);
    create(2, 0);
    const young = create(1, 4_000);
    pairs.kill(youngest);
    pairs.kill(young);
    const expired: number[] = [];
    tcp.expire(5_000, new FlowKey(), (key) => expired.push(key.words[0] ?? -1));
    expect(released).toEqual([1, 2, 3, 4]);
    expect(expired).toEqual([2, 4]);
    expect(tcp.table.size).toBe(0);
  });
});
