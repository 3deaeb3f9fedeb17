import { describe, expect, it } from "vitest";
import type { FlowDescriptor } from "../action/action.js";
import { FlowKey } from "../flow/flow-id.js";
import { FlowPairs, NONE } from "../layer/flow-pairs.js";
import { TemplateTable } from "../transform/template-table.js";
import { Uft } from "./uft.js";

function flow(n: number): FlowKey {
  const key = new FlowKey();
  key.words.set([n, 0, 0, 0, 1, 0, 0, 0, 0, 17 | (4 << 8)]);
  return key;
}

describe("expiry in the unified flow table", () => {
  it("gives resources back in flow order, be it that their flows are idle or that they were killed", () => {
    const pairs = new FlowPairs();
    const uft = new Uft("out", 8, pairs, new TemplateTable(), () => undefined);
    const released: number[] = [];
    const insert = (n: number, nowMs: number): number => {
      const descriptor: FlowDescriptor = {
        name: "NAT",
        headerTransform: () => ({ name: "NAT" }),
        release: () => released.push(n),
      };
      const pair = pairs.allocate(
        { dependantsGone: () => undefined, tcpDependantsChanged: () => undefined },
        descriptor,
        nowMs,
      );
      uft.insert(flow(n), nowMs, 1, pairs.link(NONE, pair), () => undefined);
      return pair;
    };
    insert(4, 0);
    const youngest = insert(3, 50_000);
    insert(2, 0);
    const young = insert(1, 50_000);
    pairs.kill(youngest);
    pairs.kill(young);
    const expired: number[] = [];
    uft.expire(60_000, new FlowKey(), (key) => expired.push(key.words[0] ?? -1));
    expect(released).toEqual([1, 2, 3, 4]);
    expect(expired).toEqual([2, 4]);
    expect(uft.table.size).toBe(0);
  });
});
