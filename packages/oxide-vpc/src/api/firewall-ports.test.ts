import { describe, expect, it } from "vitest";
import { FirewallPorts } from "./firewall-ports.js";

describe("a port filter", () => {
  it.each([
    ["any", "any", "ANY"],
    ["ANY,", "any", "ANY"],
    ["22", "22", "22"],
    ["443,80,80,65535", "443,80,80,65535", "443"],
  ])("reads %s, prints it as %s, and as the reference does as %s (ports_from_str_good)", (text, printed, reference) => {
    const ports = FirewallPorts.parse(text);
    expect(FirewallPorts.format(ports)).toBe(printed);
    expect(FirewallPorts.toReferenceString(ports)).toBe(reference);
    expect(FirewallPorts.parse(printed)).toEqual(ports);
  });

  it.each([
    ["", "empty_number"],
    ["80,", "empty_number"],
    [",80", "empty_number"],
    ["any,80", "invalid_digit"],
    ["80,any", "invalid_digit"],
    ["any,,", "invalid_digit"],
    ["80-90", "invalid_digit"],
    ["65536", "number_too_large"],
    ["+80", "leading_plus"],
    ["0", "port_zero"],
    ["80,0", "port_zero"],
    ["0,x", "invalid_digit"],
  ])("refuses %j as %s (ports_from_str_bad)", (text, kind) => {
    expect(() => FirewallPorts.parse(text)).toThrow(expect.objectContaining({ kind }));
  });
});
