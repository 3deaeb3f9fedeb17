import { describe, expect, it } from "vitest";
import { ALWAYS_EVICTABLE, interpolatePriority, NO_OPINION, PROTECTED, ttlPriority } from "./eviction.js";
import { tcpPriority, tcpTtlMs } from "./tcp-lifetime.js";
import { TcpState } from "./tcp-matrix.js";

describe("interpolatePriority", () => {
  it.each([
    [750, 15],
    [975, 19],
    [976, 20],
    [501, 10],
    [999, 20],
  ])("priority_lerp: an age of %i ms between 500 and 1000 maps 10..20 onto %i", (ageMs, priority) => {
    expect(interpolatePriority(ageMs, 500, 1000, 10, 20)).toBe(priority);
  });

  it("priority_lerp_clamps: holds at both ends", () => {
    expect(interpolatePriority(0, 500, 1000, 10, 20)).toBe(10);
    expect(interpolatePriority(500, 500, 1000, 10, 20)).toBe(10);
    expect(interpolatePriority(1000, 500, 1000, 10, 20)).toBe(20);
    expect(interpolatePriority(5000, 500, 1000, 10, 20)).toBe(20);
  });

  it("priority_lerp_rejects_bad_params: refuses ends in the wrong order", () => {
    expect(interpolatePriority(750, 1000, 500, 10, 20)).toBeUndefined();
    expect(interpolatePriority(750, 500, 1000, 20, 10)).toBeUndefined();
  });
});

describe("ttlPriority", () => {
  it("always lets TCP flows go and says nothing of others", () => {
    expect(ttlPriority(6)).toBe(ALWAYS_EVICTABLE);
    expect(ttlPriority(17)).toBe(NO_OPINION);
    expect(ttlPriority(1)).toBe(NO_OPINION);
  });
});

describe("tcpPriority", () => {
  it("opening_tcp_eviction_prio_increases_over_time: protects an opening flow for 2.5 s, then rises to 5 s and stays", () => {
    let last = PROTECTED;
    for (let ageMs = 0; ageMs <= 10_000; ageMs += 50) {
      const priority = tcpPriority(TcpState.SynSent, ageMs);
      if (ageMs <= 2_500) expect(priority).toBe(PROTECTED);
      else if (ageMs <= 5_000) expect(priority).toBeGreaterThan(last);
      else expect(priority).toBe(65_534);
      last = priority;
    }
  });

  it("established_tcp_eviction_prio_unchanging: protects an established flow below 60 s, then stays at 1", () => {
    expect(tcpPriority(TcpState.Established, 59_999)).toBe(PROTECTED);
    for (let ageMs = 60_000; ageMs <= 1_000_000; ageMs += 20_000) {
      expect(tcpPriority(TcpState.Established, ageMs)).toBe(1);
    }
  });

  it("protects a closing flow for 5 s, then rises to 120 s", () => {
    expect(tcpPriority(TcpState.TimeWait, 5_000)).toBe(PROTECTED);
    expect(tcpPriority(TcpState.FinWait1, 5_001)).toBe(2);
    expect(tcpPriority(TcpState.CloseWait, 120_000)).toBe(65_534);
  });

  it("gives a closed flow away first", () => {
    expect(tcpPriority(TcpState.Closed, 0)).toBe(65_535);
  });
});

describe("tcpTtlMs", () => {
  it("is 5 s half open or in last ACK, 120 s closing, 8000 s established, nothing when closed", () => {
    expect([TcpState.SynSent, TcpState.SynRcvd, TcpState.Listen, TcpState.LastAck].map(tcpTtlMs)).toEqual([
      5_000, 5_000, 5_000, 5_000,
    ]);
    expect([TcpState.TimeWait, TcpState.CloseWait, TcpState.FinWait1, TcpState.FinWait2].map(tcpTtlMs)).toEqual([
      120_000, 120_000, 120_000, 120_000,
    ]);
    expect(tcpTtlMs(TcpState.Established)).toBe(8_000_000);
    expect(tcpTtlMs(TcpState.Closed)).toBe(0);
  });
});
