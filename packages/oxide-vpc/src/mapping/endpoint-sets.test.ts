import { Ipv6Addr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import type { TunnelEndpoint } from "../api/model.js";
import { EndpointSets } from "./endpoint-sets.js";

const tep = (host: number, vni = 99): TunnelEndpoint => ({
  ip: Ipv6Addr.fromWords(0xfd000099, 0, 0, host),
  vni: Vni.of(vni),
});

describe("sets of tunnel endpoints", () => {
  it("are one where they are equal, VNIs included", () => {
    const sets = new EndpointSets();
    const set = sets.take([tep(1), tep(2)]);
    expect(sets.take([tep(1), tep(2)])).toBe(set);
    expect(sets.take([tep(1)])).not.toBe(set);
    expect(sets.take([tep(1), tep(2, 0x10063)])).not.toBe(set);
    expect(sets.take([])).not.toBe(set);
    expect(sets.size).toBe(4);
    expect(sets.get(set)).toEqual([tep(1), tep(2)]);
  });

  it("live until their last user gives them back, and then make room for another", () => {
    const sets = new EndpointSets();
    const set = sets.take([tep(1)]);
    sets.take([tep(1)]);
    sets.release(set);
    expect(sets.get(set)).toEqual([tep(1)]);
    sets.release(set);
    expect(sets.size).toBe(0);
    expect(sets.take([tep(2)])).toBe(set);
    expect(sets.get(set)).toEqual([tep(2)]);
  });
});
