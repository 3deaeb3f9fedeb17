import type fc from "fast-check";
import { Ipv6Addr, MulticastUnderlay, OpteError } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes, ipv6Groups } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

const underlay: fc.Arbitrary<MulticastUnderlay> = ipv6Groups.map(
  (groups) => new MulticastUnderlay(Ipv6Addr.fromGroups([0xff04, ...groups.slice(1)])),
);

describe("MulticastUnderlay", () => {
  it("is any address in ff04::/16", () => {
    expect(MulticastUnderlay.parse("FF04::1").toString()).toBe("ff04::1");
    expect(MulticastUnderlay.parse("ff04::").address.equals(Ipv6Addr.parse("ff04::"))).toBe(true);
  });

  it.each([
    ["ff14::1", "not_admin_scoped"],
    ["ff05::1", "not_admin_scoped"],
    ["fd04::1", "not_admin_scoped"],
    ["f04::1", "not_admin_scoped"],
    ["224.0.0.1", "invalid_ipv6"],
    ["ff04::1/128", "invalid_ipv6"],
  ])("is not read from %j: %s", (text, kind) => {
    expect(textErrorKind(() => MulticastUnderlay.parse(text))).toBe(kind);
  });

  it("is not made of other addresses or their bytes (test_multicast_underlay_serde)", () => {
    const other = Ipv6Addr.parse("ff05::1");
    expect(() => new MulticastUnderlay(other)).toThrow(OpteError);
    expect(() => MulticastUnderlay.fromBytes(other.bytes)).toThrow(
      "Underlay multicast address is invalid: ff05::1 is not in ff04::/16",
    );
  });

  it("reads what is printed, and its bytes", () => {
    forAll(underlay, (group) => {
      expect(MulticastUnderlay.parse(group.toString())).toEqual(group);
      expect(MulticastUnderlay.fromBytes(group.bytes)).toEqual(group);
    });
  });

  it("sorts as its bytes", () => {
    expectTotalOrder(
      underlay,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => compareBytes(a.bytes, b.bytes),
    );
  });

  it("shows its text in JSON", () => {
    expect(JSON.stringify([MulticastUnderlay.parse("ff04::a")])).toBe('["ff04::a"]');
  });
});
