import { IpAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import { ANY_SOURCE, SourceFilter } from "./source-filter.js";

const ips = (...texts: string[]): IpAddr[] => texts.map((text) => IpAddr.parse(text));

describe("a source filter", () => {
  it("prints its sources in order, IPv4 before IPv6, each once", () => {
    const filter = SourceFilter.of("include", ips("fd00::1", "10.0.0.10", "10.0.0.9", "10.0.0.10"));
    expect(SourceFilter.format(filter)).toBe("INCLUDE(10.0.0.9, 10.0.0.10, fd00::1)");
  });

  it("says what an empty one means", () => {
    expect(SourceFilter.format(ANY_SOURCE)).toBe("EXCLUDE() (any)");
    expect(SourceFilter.format(SourceFilter.of("include", []))).toBe("INCLUDE() (none)");
  });

  it("includes only its sources, or excludes them", () => {
    const [listed, other] = [IpAddr.parse("10.0.0.1"), IpAddr.parse("10.0.0.2")];
    expect(SourceFilter.allows(SourceFilter.of("include", [listed]), listed)).toBe(true);
    expect(SourceFilter.allows(SourceFilter.of("include", [listed]), other)).toBe(false);
    expect(SourceFilter.allows(SourceFilter.of("exclude", [listed]), listed)).toBe(false);
    expect(SourceFilter.allows(SourceFilter.of("exclude", [listed]), other)).toBe(true);
    expect(SourceFilter.allows(ANY_SOURCE, other)).toBe(true);
  });
});
