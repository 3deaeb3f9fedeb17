import { Frame, FlowKey, Packet, parseGuest } from "opte-core";
import { describe, expect, it } from "vitest";
import { ethernet, icmp, ip, ipFrame, tcp, TO_GUEST, udp, wrongChecksums } from "../../test/frames.js";
import { replayConfig } from "../../test/replay-inputs.js";
import { decodeFrame } from "../decode/decode.js";
import { summarizeFrame } from "../decode/frame-summary.js";
import { BoundaryServices } from "./boundary-services.js";

const ENCAPSULATION_LEN = 74;
const NO_EXTERNAL = { v4: {}, v6: {} };

function bring(frame: Uint8Array, outside?: FlowKey, externalIps?: { v4: object; v6: object }): Uint8Array {
  const packet = new Packet();
  const isParsed = parseGuest(packet, new Frame(frame, 0, frame.length));
  return new BoundaryServices(replayConfig(externalIps)).bring(packet, isParsed, outside);
}

const inner = (frame: Uint8Array): Uint8Array => frame.subarray(ENCAPSULATION_LEN);

const outsideOf = (proto: number, info: object): FlowKey => {
  const flow = new FlowKey();
  flow.setFlowId({ proto, src: ip("8.8.8.8"), dst: ip("10.77.77.13"), ...info } as Parameters<FlowKey["setFlowId"]>[0]); // Unwrap: `info` is the part of a flow id that each test gives whole
  return flow;
};

describe("boundary services", () => {
  const frame = ipFrame(TO_GUEST, ["8.8.8.8", "172.30.0.5"], 17, udp(53, 5000));

  it("wrap a frame in the tunnel of the configuration, marked as external", () => {
    const fields = decodeFrame(bring(frame)).flatMap(({ name, fields }) =>
      fields.map((field) => `${name} ${field.name}: ${field.value}`),
    );
    expect(fields).toEqual(
      expect.arrayContaining([
        "IPv6 src: fd00:99::1",
        "IPv6 dst: fd00:0:f7:101::1",
        `IPv6 payload length: ${20 + frame.length}`,
        "IPv6 next header: 17",
        "UDP dst port: 6081",
        `UDP length: ${20 + frame.length}`,
        "UDP checksum: 0x0000",
        "Geneve version: 0",
        "Geneve flags: 0x00",
        "Geneve protocol: 0x6558",
        "Geneve vni: 1287581",
        "Geneve option External: present",
        "inner Ethernet dst: A8:40:25:FA:FA:37",
        "inner Ethernet src: A8:40:25:77:77:77",
      ]),
    );
  });

  it("give the packets of a flow one source port, and flows different ones", () => {
    const portOf = (frame: Uint8Array): string => `${frame[54] ?? ""} ${frame[55] ?? ""}`;
    const ports = Array.from({ length: 50 }, (_, i) =>
      portOf(bring(ipFrame(TO_GUEST, ["8.8.8.8", "172.30.0.5"], 17, udp(53, 5000 + i)))),
    );
    expect(portOf(bring(frame))).toBe(ports[0]);
    expect(new Set(ports).size).toBeGreaterThan(40);
  });

  it("send answers to the address and port that the outside knows", () => {
    const outside = outsideOf(17, { kind: "ports", srcPort: 53, dstPort: 4096 });
    const result = inner(bring(frame, outside));
    expect(summarizeFrame(result)).toBe("IPv4 8.8.8.8 > 10.77.77.13 UDP 53 > 4096");
    expect(wrongChecksums(result)).toEqual([]);
  });

  it("send echo replies to the identifier that the outside knows, be it 0", () => {
    const reply = ipFrame(TO_GUEST, ["8.8.8.8", "172.30.0.5"], 1, icmp(0, 0, 7, 1));
    for (const id of [4096, 0]) {
      const result = inner(bring(reply, outsideOf(1, { kind: "icmp", type: 0, code: 0, id })));
      expect(summarizeFrame(result)).toBe(`IPv4 8.8.8.8 > 10.77.77.13 ICMP echo reply id ${id} seq 1`);
      expect(wrongChecksums(result)).toEqual([]);
    }
  });

  it("leave alone what other ICMP messages have in the identifier's place", () => {
    const unreachable = ipFrame(TO_GUEST, ["8.8.8.8", "172.30.0.5"], 1, icmp(3, 4, 0x1234, 1500));
    const result = inner(bring(unreachable, outsideOf(1, { kind: "icmp", type: 3, code: 4, id: 0 })));
    expect(result.subarray(38, 42)).toEqual(Uint8Array.of(0x12, 0x34, 0x05, 0xdc));
    expect(wrongChecksums(result)).toEqual([]);
  });

  describe("send what answers nothing", () => {
    const snat = { externalIp: "10.1.1.1", ports: [1, 9] };
    const unasked = ipFrame(TO_GUEST, ["8.8.8.8", "172.30.0.5"], 6, tcp(5000, 22));

    it.each([
      ["an ephemeral address", { snat, ephemeralIp: "10.2.2.2", floatingIps: ["10.3.3.3"] }, "10.2.2.2"],
      ["a floating address", { snat, floatingIps: ["10.3.3.3", "10.4.4.4"] }, "10.3.3.3"],
      ["the shared address", { snat }, "10.1.1.1"],
      ["nowhere else", {}, "172.30.0.5"],
    ])("to %s, the first that there is", (_, v4, address) => {
      const result = inner(bring(unasked, undefined, { ...NO_EXTERNAL, v4 }));
      expect(summarizeFrame(result)).toBe(`IPv4 8.8.8.8 > ${address} TCP 5000 > 22 ACK`);
      expect(wrongChecksums(result)).toEqual([]);
    });

    it("to the address of its own family", () => {
      const result = inner(bring(ipFrame(TO_GUEST, ["2001:db8::9", "fd00::5"], 6, tcp(5000, 22))));
      expect(summarizeFrame(result)).toBe("IPv6 2001:db8::9 > 2001:db8::1 TCP 5000 > 22 ACK");
    });

    it("where it is addressed to, if that is not the private address", () => {
      const multicast = ipFrame(TO_GUEST, ["8.8.8.8", "224.0.0.251"], 17, udp(5353, 5353));
      expect(summarizeFrame(inner(bring(multicast)))).toContain("> 224.0.0.251");
    });
  });

  it.each([
    ["of a foreign protocol", ethernet(TO_GUEST, 0x88cc, [1, 2, 3])],
    ["cut within its addresses", Uint8Array.of(1, 2, 3)],
  ])("bring a frame %s as it is", (_, foreign) => {
    const result = inner(bring(foreign));
    expect(result.length).toBe(foreign.length);
    expect(result.subarray(12)).toEqual(foreign.subarray(12));
  });
});
