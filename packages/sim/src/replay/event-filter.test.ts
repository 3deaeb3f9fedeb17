import { describe, expect, it } from "vitest";
import { EVENTS } from "../../test/events.js";
import { FilterError, parseFilter } from "./event-filter.js";

const NAMES = Object.entries(EVENTS);

/** Names of the events that a filter chooses. */
const chosen = (text: string): string[] => {
  const filter = parseFilter(text);
  return NAMES.filter(([, event]) => filter(event)).map(([name]) => name);
};

describe("a filter", () => {
  it.each([
    ["kind=return", ["deliveredByLayers", "refusedInbound"]],
    ["kind=recorded", ["recordedAlike", "recordedOtherwise", "recordedAlone"]],
    ["kind=unusable", ["unusable"]],
    ["dir=in kind=return", ["deliveredByLayers", "refusedInbound"]],
    ["verdict=hairpin", ["answeredArp", "answeredEcho"]],
    ["verdict=parse_error", ["unparsable"]],
    ["proto=arp", ["answeredArp", "recordedAlike", "refusedByHandler"]],
    ["proto=tcp", ["refusedByDefault", "refusedInbound"]],
    ["proto=icmp6", ["refusedByRule", "echoOut"]],
    ["layer=overlay", ["refusedByAction"]],
    ["layer=gateway verdict=drop", ["refusedByHandler", "refusedByDefault", "refusedByRule"]],
    ["port=53", ["sentByLayers", "deliveredByLayers", "sentByProgram"]],
    ["host=8.8.8.8 dir=in", ["deliveredByLayers", "refusedInbound"]],
    ["host=172.30.0.1 proto=arp", ["answeredArp", "recordedAlike"]],
    ["host=FD00:0::5 verdict=modified", ["echoOut"]],
    ["  dir=out   proto=udp\tport=67 ", ["refusedByAction"]],
  ])("%j chooses what matches all of its terms", (text, names) => {
    expect(chosen(text)).toEqual(names);
  });

  it("finds hosts and ports of the translated flow too", () => {
    expect(chosen("host=10.77.77.13 port=4096")).toEqual(["sentByLayers", "deliveredByLayers", "sentByProgram"]);
  });

  it("without terms chooses everything", () => {
    expect(chosen(" ")).toHaveLength(NAMES.length);
  });

  it.each([
    [
      "prot=tcp",
      'Filter term "prot=tcp" is not known: terms begin with dir=, kind=, verdict=, proto=, layer=, host=, port=',
    ],
    ["tcp", 'Filter term "tcp" is not known'],
    ["dir", 'Filter term "dir" is not known'],
    ["=in", 'Filter term "=in" is not known'],
    ["toString=1", 'Filter term "toString=1" is not known'],
    ["dir=inn", 'Filter term "dir=inn" cannot be used: expected in or out'],
    ["kind=dropped", 'Filter term "kind=dropped" cannot be used: expected guest, return, recorded or unusable'],
    ["verdict=dropped", "expected modified, hairpin, drop, parse_error or error"],
    ["proto=sctp", "expected arp, tcp, udp, icmp or icmp6"],
    ["port=65536", "expected a number from 0 to 65535"],
    ["port=", "expected a number from 0 to 65535"],
    ["host=10.0.0", 'Filter term "host=10.0.0" cannot be used: '],
    ["dir=in layer=", "expected the name of a layer"],
  ])("refuses %j", (text, message) => {
    expect(() => parseFilter(text)).toThrow(FilterError);
    expect(() => parseFilter(text)).toThrow(message);
  });
});
