import { IpProtocol } from "./index.js";
import { describe, expect, it } from "vitest";

describe("IpProtocol.format", () => {
  it("names five protocols and calls every other Unknown", () => {
    const named = Array.from({ length: 256 }, (_, number) => [number, IpProtocol.format(number)] as const).filter(
      ([, name]) => name !== "Unknown",
    );
    expect(named).toEqual([
      [1, "ICMP"],
      [2, "IGMP"],
      [6, "TCP"],
      [17, "UDP"],
      [58, "ICMPv6"],
    ]);
  });
});
