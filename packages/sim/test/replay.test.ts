// The recorded capture through a VPC port, packet by packet: what each must come to is written here from the specification (spec 03, 04).

import { readFileSync } from "node:fs";
import { FlowKey, flowCrc32 } from "opte-core";
import { describe, expect, it } from "vitest";
import { replay } from "../src/replay/replay.js";
import type { ProcessedEvent, ReplayEvent } from "../src/replay/replay-event.js";
import { bytes, ip, sealed, u16, wrongChecksums } from "./frames.js";
import { RECORDED_CAPTURE, replayConfig } from "./replay-inputs.js";

const replayed = replay(readFileSync(RECORDED_CAPTURE), replayConfig());
const events = [...replayed];
const summary = replayed.summary();

// --- What becomes of every packet ---

type Expectation =
  /** Refused in this layer for this reason (spec 02 §11.8); a rule's id is its place in insertion order (spec 03 §2.2). */
  | { readonly is: "dropped"; readonly layer: string; readonly reason: string; readonly ruleId?: number }
  | { readonly is: "answered"; readonly by: AnswerName }
  /** The recorded gateway's own, beside our answer to the packet of that number. */
  | { readonly is: "recorded"; readonly ours: number | undefined }
  | { readonly is: "carried"; readonly flow: FlowName };

type Row = readonly [first: number, last: number, expectation: Expectation];

const dropped = (layer: string, reason: string, ruleId?: number): Expectation => ({
  is: "dropped",
  layer,
  reason,
  ...(ruleId === undefined ? {} : { ruleId }),
});
const answered = (by: AnswerName): Expectation => ({ is: "answered", by });
const recorded = (ours: number | undefined): Expectation => ({ is: "recorded", ours });
const carried = (flow: FlowName): Expectation => ({ is: "carried", flow });

/** A question, and the recorded answer right behind it. */
const asked = (number: number, by: AnswerName): Row[] => [
  [number, number, answered(by)],
  [number + 1, number + 1, recorded(number)],
];

// Listener reports come from `::` or link-local, which nothing lets out (spec 03 §5.3).
const LISTENER_REPORT = dropped("gateway", "default");
// Duplicate address detection of the guest's own addresses meets the filter of neighbour discovery (spec 03 §5.2).
const OWN_DAD = dropped("gateway", "rule", 9);

const TABLE: readonly Row[] = [
  [1, 1, LISTENER_REPORT],
  [2, 2, OWN_DAD],
  [3, 4, LISTENER_REPORT],
  ...asked(5, "router advertisement"),
  ...asked(7, "DHCP Offer"),
  ...asked(9, "DHCP Ack"),
  // A probe for the guest's own new address (spec 03 §3).
  [11, 11, dropped("gateway", "handle_pkt", 0)],
  [12, 12, LISTENER_REPORT],
  ...asked(13, "DHCPv6 Advertise"),
  ...asked(15, "DHCPv6 Reply"),
  [17, 17, LISTENER_REPORT],
  [18, 18, OWN_DAD],
  [19, 19, LISTENER_REPORT],
  ...asked(20, "ARP"),
  ...[22, 24, 26].flatMap((number) => asked(number, "ICMP echo")),
  ...asked(28, "neighbor advertisement"),
  ...[30, 32, 34].flatMap((number) => asked(number, "ICMPv6 echo to link-local")),
  ...[36, 38, 40].flatMap((number) => asked(number, "ICMPv6 echo to private")),
  ...asked(42, "ARP"),
  [44, 49, carried("ping4")],
  [50, 55, carried("ping6")],
  [56, 57, carried("dig4")],
  [58, 59, carried("dig6")],
  [60, 61, carried("lookup of the IPv4 fetch")],
  [62, 100, carried("fetch4")],
  [101, 104, carried("lookup of the IPv6 fetch")],
  [105, 150, carried("fetch6")],
  // Nothing answers a Release (spec 03 §7.3), and the recorded server's answer to it stands alone.
  [151, 151, dropped("gateway", "action", 10)],
  [152, 152, recorded(undefined)],
  // A unicast Release is ordinary traffic; the gateway's address has no mapping in the VPC (spec 03 §6.3).
  [153, 153, dropped("overlay", "action", 0)],
  [154, 154, LISTENER_REPORT],
];

// --- Flows: ends as the guest knows them, and what the NAT makes of its own (spec 04 §6.3: highest port first) ---

interface ExpectedFlow {
  readonly proto: number;
  readonly guest: string;
  readonly guestPort: number;
  readonly remote: string;
  readonly remotePort: number;
  readonly external: string;
  readonly externalPort: number;
  readonly out: number;
  readonly in: number;
}

const IPV4 = { guest: "172.30.0.5", external: "10.77.77.13" };
const IPV6 = { guest: "fd00::5", external: "2001:db8::1" };
const WEB4 = { ...IPV4, remote: "93.184.216.34" };
const WEB6 = { ...IPV6, remote: "2001:db8:80::10" };
const DNS4 = { ...IPV4, proto: 17, remote: "8.8.8.8", remotePort: 53 };
const DNS6 = { ...IPV6, proto: 17, remote: "2001:4860:4860::8888", remotePort: 53 };

/** Of echoes, ports are identifiers, the same at both ends. */
const FLOWS = {
  ping4: { ...WEB4, proto: 1, guestPort: 16208, remotePort: 16208, externalPort: 4096, out: 3, in: 3 },
  ping6: { ...WEB6, proto: 58, guestPort: 16209, remotePort: 16209, externalPort: 8192, out: 3, in: 3 },
  dig4: { ...DNS4, guestPort: 43233, externalPort: 4096, out: 1, in: 1 },
  dig6: { ...DNS6, guestPort: 52985, externalPort: 8192, out: 1, in: 1 },
  "lookup of the IPv4 fetch": { ...DNS4, guestPort: 33189, externalPort: 4095, out: 1, in: 1 },
  fetch4: { ...WEB4, proto: 6, guestPort: 58328, remotePort: 80, externalPort: 4096, out: 16, in: 23 },
  "lookup of the IPv6 fetch": { ...DNS4, guestPort: 57142, externalPort: 4094, out: 2, in: 2 },
  fetch6: { ...WEB6, proto: 6, guestPort: 57028, remotePort: 80, externalPort: 8192, out: 24, in: 22 },
} as const satisfies Readonly<Record<string, ExpectedFlow>>;
type FlowName = keyof typeof FLOWS;

// --- Answers (spec 03 §3 to §7, bytes of §11) ---

const LINK = "a84025fafa37 a84025ff7777";
const GATEWAY_LL = "fe80000000000000aa4025fffeff7777";
const GUEST_LL = "fe80000000000000aa4025fffefafa37";
const GUEST_V6 = "fd000000000000000000000000000005";
const DNS_SERVERS = [
  "20014860486000000000000000008888",
  "20014860486000000000000000008844",
  "26064700470000000000000000001111",
  "26064700470000000000000000001001",
].join("");

/** Our DHCP answer: spec 03 §11's with the transaction id of the request. */
const dhcp = (type: string, request: Uint8Array): Uint8Array =>
  bytes(`${LINK} 0800 45000172000000008011e138ac1e0001ac1e0005 00430044015e0000
    02010600 ${hex(request.subarray(46, 50))} 00000000 00000000 ac1e0005 ac1e0001 00000000 a84025fafa37 ${"00".repeat(202)} 63825363
    3501${type} 3604ac1e0001 0304ac1e0001 0104ffffffff 330400015180 06080808080801010101
    790e20ac1e00010000000000ac1e0001 0c0774657374626f78 0f13746573742e6f786964652e636f6d7075746572
    7710056f7869646508636f6d707574657200 ff`);

/** Our DHCPv6 answer to a client that asks for DNS servers, search list and names (spec 03 §7.4). */
const dhcpv6 = (type: string, request: Uint8Array): Uint8Array => {
  const asked = dhcpv6Options(request.subarray(66));
  const options = [
    ["0002", "00030001a84025ff7777"],
    ["0001", asked.get("0001") ?? ""],
    ["0017", DNS_SERVERS],
    ["0003", `${(asked.get("0003") ?? "").slice(0, 8)}ffffffffffffffff00050018${GUEST_V6}ffffffffffffffff`],
    ["0018", "056f7869646508636f6d707574657200"],
    ["0027", "030774657374626f780474657374056f7869646508636f6d707574657200"],
  ].map(([code, value]) => `${code ?? ""}${hex(u16((value ?? "").length / 2))}${value ?? ""}`);
  const message = `${type}${hex(request.subarray(63, 66))}${options.join("")}`;
  const udpLen = hex(u16(8 + message.length / 2));
  return sealed(
    bytes(`${LINK} 86dd 60000000 ${udpLen} 1180 ${GATEWAY_LL} ${GUEST_LL} 02230222${udpLen}0000 ${message}`),
  );
};

/** Top-level options of a DHCPv6 message by code, all in hex. */
function dhcpv6Options(options: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < options.length;) {
    const length = (options[at + 2] ?? 0) * 256 + (options[at + 3] ?? 0);
    found.set(hex(options.subarray(at, at + 2)), hex(options.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return found;
}

/** An echo reply of the gateway's link-local address, with all that the request said. */
const echo6 = (to: string, request: Uint8Array): Uint8Array =>
  sealed(bytes(`${LINK} 86dd 60000000 0040 3a80 ${GATEWAY_LL} ${to} 81000000 ${hex(request.subarray(58))}`));

const ANSWERS = {
  ARP: (request: Uint8Array) =>
    bytes(`${LINK} 0806 0001 0800 06 04 0002 a84025ff7777 ac1e0001 ${hex(request.subarray(22, 28))} ac1e0005`),
  "DHCP Offer": (request: Uint8Array) => dhcp("02", request),
  "DHCP Ack": (request: Uint8Array) => dhcp("05", request),
  "router advertisement": () =>
    bytes(`${LINK} 86dd 6000000000203aff ${GATEWAY_LL} ${GUEST_LL}
      8600f83a ff802328 00000000 00000000 0101a84025ff7777 05010000000005dc`),
  "neighbor advertisement": () =>
    bytes(`${LINK} 86dd 6000000000203aff ${GATEWAY_LL} ${GUEST_LL}
      8800fd87 e0000000 ${GATEWAY_LL} 0201a84025ff7777`),
  "ICMP echo": (request: Uint8Array) =>
    sealed(bytes(`${LINK} 0800 450000540000000080010000ac1e0001ac1e0005 00000000 ${hex(request.subarray(38))}`)),
  "ICMPv6 echo to link-local": (request: Uint8Array) => echo6(GUEST_LL, request),
  "ICMPv6 echo to private": (request: Uint8Array) => echo6(GUEST_V6, request),
  "DHCPv6 Advertise": (request: Uint8Array) => dhcpv6("02", request),
  "DHCPv6 Reply": (request: Uint8Array) => dhcpv6("07", request),
} as const satisfies Readonly<Record<string, (request: Uint8Array) => Uint8Array>>;
type AnswerName = keyof typeof ANSWERS;

// --- The table, packet by packet ---

const rows = TABLE.flatMap(([first, last, expectation]) =>
  Array.from({ length: last - first + 1 }, (_, i) => ({ number: first + i, expectation, title: titleOf(expectation) })),
);

describe("the replay of the recorded capture", () => {
  it("tells of every packet once, in order", () => {
    expect(events.map(({ number }) => number)).toEqual(rows.map(({ number }) => number));
  });

  it.each(rows)("packet $number is $title", ({ number, expectation }) => {
    const event = events[number - 1];
    switch (expectation.is) {
      case "dropped": {
        const { layer, reason, ruleId } = expectation;
        expect(event).toMatchObject({
          kind: "guest",
          direction: "out",
          verdict: "drop",
          path: "layers",
          layer,
          reason,
        });
        expect(processed(event).ruleId).toBe(ruleId);
        expect(processed(event).output).toBeUndefined();
        break;
      }
      case "answered":
        expect(event).toMatchObject({ kind: "guest", verdict: "hairpin", path: "layers", layer: "gateway" });
        expect(hex(processed(event).output)).toBe(hex(ANSWERS[expectation.by](processed(event).input)));
        break;
      case "recorded":
        expect(event).toMatchObject({ kind: "recorded", direction: "in" });
        expect(event?.kind === "recorded" && event.ours?.number).toBe(expectation.ours);
        break;
      case "carried":
        expectCarried(processed(event), FLOWS[expectation.flow]);
    }
  });

  it("takes the first packet of a flow in each direction through all layers, and the others by its compiled program", () => {
    const seen = new Set<string>();
    for (const { number, expectation } of rows) {
      if (expectation.is !== "carried") continue;
      const { direction, path } = processed(events[number - 1]);
      const name = `${expectation.flow} ${direction}`;
      expect(path, `packet ${number}`).toBe(seen.has(name) ? "compiled" : "layers");
      seen.add(name);
    }
    expect(seen.size).toBe(2 * Object.keys(FLOWS).length);
  });
});

describe("the summary of that replay", () => {
  it("counts what the captures' README counts", () => {
    expect(summary).toMatchObject({
      packets: 154,
      guest: { packets: 80, modified: 51, hairpin: 17, drop: 12, parse_error: 0, error: 0 },
      returned: { packets: 56, modified: 56, hairpin: 0, drop: 0, parse_error: 0, error: 0 },
      recorded: { packets: 18, answered: 17 },
      unusable: 0,
    });
  });

  it("lists the flows with their packets", () => {
    const names = Object.values(FLOWS) satisfies readonly ExpectedFlow[];
    expect(
      summary.flows.map(({ flow, external, packetsOut, packetsIn }) => ({
        guest: flow.src.toString(),
        remote: flow.dst.toString(),
        external: external.src.toString(),
        out: packetsOut,
        in: packetsIn,
      })),
    ).toEqual(names.map(({ guest, remote, external, out, in: back }) => ({ guest, remote, external, out, in: back })));
  });

  it("groups the drops by layer, rule and reason", () => {
    expect(summary.drops.map(({ packets, decision }) => [packets, decision.replace(/:.*/, "")])).toEqual([
      [7, "gateway default"],
      [2, "gateway rule 9"],
      [1, "gateway rule 0"],
      [1, "gateway rule 10"],
      [1, "overlay rule 0"],
    ]);
  });

  it("holds the port's own counters", () => {
    expect(summary.counters).toMatchObject({
      out_modified: 51,
      out_hairpin: 17,
      out_drop: 12,
      in_modified: 56,
      in_drop: 0,
    });
  });
});

// --- A flow's packets on the underlay and at the guest ---

const OUTER_LEN = 70;
const EXTERNAL_OPTION = "01290000";

/** Spec 04 §9.5: boundary services as endpoint, their VNI, no options; the UDP source port hashes the translated flow. */
function expectCarried(event: ProcessedEvent, flow: ExpectedFlow): void {
  expect(event.verdict).toBe("modified");
  const { captured, input, output = new Uint8Array() } = event;
  if (event.direction === "out") {
    expect(hex(input)).toBe(hex(captured));
    const length = u16(16 + captured.length);
    expect(hex(output.subarray(0, OUTER_LEN))).toBe(
      hex(
        bytes(`000000000000 000000000000 86dd 60000000 ${hex(length)} 1180
          fd00000000f701010000000000000001 fd000099000000000000000000000001
          ${hex(u16(entropy(flow)))} 17c1 ${hex(length)} 0000 00006558 00006300`),
      ),
    );
    const inner = output.subarray(OUTER_LEN);
    expect(hex(inner)).toBe(hex(translated(captured, flow, "a84025777777 a84025fafa37", "out")));
    expect(wrongChecksums(inner)).toEqual([]);
  } else {
    const length = u16(20 + captured.length);
    const outer = input.subarray(0, OUTER_LEN + 4);
    expect(hex(outer.subarray(0, 54))).toBe(
      hex(
        bytes(`000000000000 000000000000 86dd 60000000 ${hex(length)} 1140
          fd000099000000000000000000000001 fd00000000f701010000000000000001`),
      ),
    );
    expect(hex(outer.subarray(56))).toBe(`17c1${hex(length)}0000` + `0100655813a59d00${EXTERNAL_OPTION}`);
    const inner = input.subarray(OUTER_LEN + 4);
    expect(hex(inner)).toBe(hex(translated(captured, flow, "a84025fafa37 a84025777777", "in")));
    expect(wrongChecksums(inner)).toEqual([]);
    // The recorded gateway has the MAC address of ours, so the guest gets what it got then.
    expect(hex(output)).toBe(hex(captured));
  }
}

/** A captured frame as the outside sees it: other MAC addresses, and the NAT's address and port in place of the guest's. */
function translated(captured: Uint8Array, flow: ExpectedFlow, macs: string, direction: "in" | "out"): Uint8Array {
  const frame = new Uint8Array(captured);
  frame.set(bytes(macs));
  const address = ip(flow.external).bytes;
  const isV4 = address.length === 4;
  frame.set(address, (isV4 ? 26 : 22) + (direction === "out" ? 0 : address.length));
  const upper = isV4 ? 34 : 54;
  const isEcho = flow.proto === 1 || flow.proto === 58;
  frame.set(u16(flow.externalPort), upper + (isEcho ? 4 : direction === "out" ? 0 : 2));
  return sealed(frame);
}

function entropy({ proto, external, externalPort, remote, remotePort }: ExpectedFlow): number {
  const key = new FlowKey();
  const ends = { proto, src: ip(external), dst: ip(remote) };
  key.setFlowId(
    proto === 1 || proto === 58
      ? { ...ends, kind: "icmp", type: proto === 1 ? 8 : 128, code: 0, id: externalPort }
      : { ...ends, kind: "ports", srcPort: externalPort, dstPort: remotePort },
  );
  return flowCrc32(key) & 0xffff;
}

function processed(event: ReplayEvent | undefined): ProcessedEvent {
  if (event?.kind !== "guest" && event?.kind !== "return")
    throw new Error(`Not processed: ${event?.kind ?? "nothing"}`);
  return event;
}

function titleOf(expectation: Expectation): string {
  switch (expectation.is) {
    case "dropped":
      return `dropped by ${expectation.layer}, reason ${expectation.reason}`;
    case "answered":
      return `answered by ${expectation.by}`;
    case "recorded":
      return expectation.ours === undefined
        ? "recorded, ours says nothing"
        : `recorded, beside ours to ${expectation.ours}`;
    case "carried":
      return `carried: ${expectation.flow}`;
  }
}

function hex(octets: ArrayLike<number> | undefined): string {
  return Array.from(octets ?? [], (octet) => octet.toString(16).padStart(2, "0")).join("");
}
