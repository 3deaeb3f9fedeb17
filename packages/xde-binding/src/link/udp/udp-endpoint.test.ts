import { TextError } from "opte-api";
import { describe, expect, it } from "vitest";
import { formatUdpEndpoint, parseUdpPeer, parseUdpUnderlay } from "./udp-endpoint.js";

/** The kind of error that `run` throws. */
function faultOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TextError) return error.kind;
    throw error;
  }
  return "none";
}

describe("udp:[ADDR]:PORT", () => {
  it.each([
    ["udp:[::1]:6082", "[::1]:6082"],
    ["udp:[2001:db8::7]", "[2001:db8::7]:6081"],
    ["udp:[::]:0", "[::]:0"],
  ])("reads %s", (text, endpoint) => {
    expect(formatUdpEndpoint(parseUdpUnderlay(text))).toBe(endpoint);
  });

  it.each([
    ["[::1]:6082", "bad_scheme"],
    ["UDP:[::1]:6082", "bad_scheme"],
    ["udp:::1:6082", "bad_endpoint"],
    ["udp:127.0.0.1:6082", "bad_endpoint"],
    ["udp:[::1]6082", "bad_endpoint"],
    ["udp:[::1", "bad_endpoint"],
    ["udp:[::1]:6082\n", "invalid_digit"],
    ["udp:[127.0.0.1]:6082", "invalid_ipv6"],
    ["udp:[]:6082", "invalid_ipv6"],
    ["udp:[::1]:", "empty_number"],
    ["udp:[::1]:65536", "number_too_large"],
    ["udp:[::1]:06081", "leading_zero"],
  ])("refuses %j", (text, kind) => {
    expect(faultOf(() => parseUdpUnderlay(text))).toBe(kind);
  });
});

describe("PHYS_IP=[ADDR]:PORT", () => {
  it.each([
    ["fd77::1=[::1]:6082", "fd77::1", "[::1]:6082"],
    ["ff04::7=[2001:db8::7]", "ff04::7", "[2001:db8::7]:6081"],
  ])("reads %s", (text, physIp, endpoint) => {
    const peer = parseUdpPeer(text);
    expect([peer.physIp.toString(), formatUdpEndpoint(peer.endpoint)]).toEqual([physIp, endpoint]);
  });

  it.each([
    ["fd77::1", "no_equals_sign"],
    ["=[::1]:6082", "invalid_ipv6"],
    ["10.0.0.1=[::1]:6082", "invalid_ipv6"],
    ["fd77::1=::1", "bad_endpoint"],
    ["fd77::1=[::1]:0", "port_zero"],
  ])("refuses %j", (text, kind) => {
    expect(faultOf(() => parseUdpPeer(text))).toBe(kind);
  });
});
