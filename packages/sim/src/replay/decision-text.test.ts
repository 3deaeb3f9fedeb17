import { describe, expect, it } from "vitest";
import { EVENTS } from "../../test/events.js";
import { decisionText } from "./decision-text.js";

describe("the decision about a packet", () => {
  it.each([
    [
      "sentByLayers",
      "as 10.77.77.13:4096; gateway vpc-meta, router Target = IG(None), nat 10.77.77.13:1025-4096, overlay Encap",
    ],
    ["deliveredByLayers", "at 10.77.77.13:4096; overlay Decap, gateway ether.src=A8:40:25:FF:77:77"],
    ["sentByProgram", "as 10.77.77.13:4096"],
    ["answeredArp", "gateway rule 0: ARP 172.30.0.1 is at A8:40:25:FF:77:77"],
    ["answeredEcho", "gateway rule 3: ICMP echo reply id 7 seq 1"],
    ["recordedAlike", "ours to packet 4: the same"],
    ["recordedOtherwise", "ours to packet 6 differs in IPv4 id, IPv4 ttl, IPv4 checksum"],
    ["recordedAlone", "ours: none"],
    ["refusedByHandler", "gateway rule 0: refused by Handle Packet"],
    ["refusedByDefault", "gateway default"],
    ["refusedByRule", "gateway rule 9: Deny inner.icmp.type∈(router solicitation..=redirect)"],
    ["refusedByAction", "overlay rule 0: refused by Static: Encap"],
    ["refusedInbound", "firewall default"],
    ["unparsable", "inner_l3: Unwanted"],
    ["unusable", "Only 20 of 45 bytes were captured"],
  ] as const)("%s: %s", (name, text) => {
    expect(decisionText(EVENTS[name])).toBe(text);
  });

  it("gives the external end of an echo by its identifier", () => {
    expect(decisionText(EVENTS.echoOut)).toMatch(/^as 2001:db8::1 id 8192; /);
  });

  it("names three differences at most", () => {
    const { recordedOtherwise: event } = EVENTS;
    const ours = { number: 6, frame: new Uint8Array(), differences: ["a", "b", "c", "d", "e"] };
    expect(decisionText(event.kind === "recorded" ? { ...event, ours } : event)).toBe(
      "ours to packet 6 differs in a, b, c and 2 more",
    );
  });

  it("gives the stage and cause of what could not be processed", () => {
    const { sentByLayers: event } = EVENTS;
    const failed = { ...event, verdict: "error", layer: "nat", reason: "GenDesc: resourceExhausted: snat" } as const;
    expect(decisionText(failed.kind === "guest" ? { ...failed, kind: "guest" } : event)).toBe(
      "nat GenDesc: resourceExhausted: snat",
    );
  });
});
