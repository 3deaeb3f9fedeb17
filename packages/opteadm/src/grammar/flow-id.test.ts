import { describe, expect, it } from "vitest";
import { parseFlowId } from "./flow-id.js";

const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseFlowId(text)));

describe("a flow on the command line", () => {
  it("is read as traces print it", () => {
    expect(plain("TCP,10.0.0.5:1234,10.0.0.9:80")).toEqual({
      ...{ proto: 6, kind: "ports", src: "10.0.0.5", srcPort: 1234, dst: "10.0.0.9", dstPort: 80 },
    });
    expect(plain("udp,[fd00::1]:53,[fd00::2]:5353")).toMatchObject({ proto: 17, src: "fd00::1", srcPort: 53 });
    expect(plain("ICMPv6,[fd00::1]:128/0,[fd00::2]:7")).toMatchObject({ kind: "icmp", type: 128, code: 0, id: 7 });
    expect(plain("47,10.0.0.1,10.0.0.2")).toMatchObject({ proto: 47, kind: "none" });
  });

  it.each([
    ["tcp,10.0.0.1:1", "not of the form"],
    ["tcp,10.0.0.1:1,10.0.0.2:2,3", "not of the form"],
    ["sctp,10.0.0.1,10.0.0.2", '"sctp" is not a number'],
    ["tcp,10.0.0.1,10.0.0.2:2", '"" is not a number from 0 to 65535'],
    ["tcp,fd00::1:80,fd00::2:80", "in brackets if IPv6"],
    ["tcp,10.0.0.1:1,[fd00::2]:80", "two families"],
    ["47,10.0.0.1:1,10.0.0.2", "have no ports"],
  ])("%s is refused", (text, reason) => {
    expect(() => parseFlowId(text)).toThrow(reason);
  });
});
