import { EtherType } from "./index.js";
import { describe, expect, it } from "vitest";

describe("EtherType.format", () => {
  it("prints four upper-case hex digits", () => {
    const { Ipv4, Arp, Ethernet, Ipv6 } = EtherType;
    expect([Ipv4, Arp, Ethernet, Ipv6, 0].map(EtherType.format)).toEqual(["0800", "0806", "6558", "86DD", "0000"]);
  });
});
