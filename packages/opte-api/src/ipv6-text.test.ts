import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipv6Groups } from "../test/arbitraries.js";
import { forAll } from "../test/expectations.js";
import { parseIpv6Groups, printIpv6Groups, printIpv6GroupsAsReference } from "./ipv6-text.js";

describe("parseIpv6Groups", () => {
  it.each([
    ["::", [0, 0, 0, 0, 0, 0, 0, 0]],
    ["1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["FD00::aBcD", [0xfd00, 0, 0, 0, 0, 0, 0, 0xabcd]],
    ["0001:0:0::8", [1, 0, 0, 0, 0, 0, 0, 8]],
  ])("reads %j", (text, groups) => {
    expect(parseIpv6Groups(text)).toEqual(groups);
  });

  it.each([
    ["1:2:3:4:5:6:7::", [1, 2, 3, 4, 5, 6, 7, 0]],
    ["::2:3:4:5:6:7:8", [0, 2, 3, 4, 5, 6, 7, 8]],
    ["::1.2.3.4", [0, 0, 0, 0, 0, 0, 0x0102, 0x0304]],
    ["64:ff9b::1.2.3.4", [0x64, 0xff9b, 0, 0, 0, 0, 0x0102, 0x0304]],
    ["1:2:3:4:5:6:1.2.3.4", [1, 2, 3, 4, 5, 6, 0x0102, 0x0304]],
  ])("reads %j, as RFC 4291 allows but the reference does not", (text, groups) => {
    expect(parseIpv6Groups(text)).toEqual(groups);
  });

  it.each([
    ["1:2:3:4::5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["0:0:0:0:0::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0xffff, 0x0102, 0x0304]],
    ["1:::2", [1, 0, 0, 0, 0, 0, 0, 2]],
    ["::ffff:1.2.3.4:5", [0, 0, 0, 0, 0xffff, 0x0102, 0x0304, 5]],
  ])("reads %j, as the reference does but RFC 4291 does not allow", (text, groups) => {
    expect(parseIpv6Groups(text)).toEqual(groups);
  });

  it.each([
    "",
    ":",
    ":::",
    "::::",
    "1:::",
    ":::1",
    "1::::2",
    "1:::1.2.3.4",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "1::2:3:4:5:6:7:8",
    "1:2:3:4:5::7:1.2.3.4",
    "0:0:0:0::0:ffff:1.2.3.4",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "12345::",
    "g::",
    "+1::",
    "::1 ",
    "[::1]",
    "::1%lo",
    "::1/128",
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.256",
    "::ffff:01.2.3.4",
    "1.2.3.4::",
    "::1.2.3.4:ffff",
    "1::ffff:1.2.3.4:5",
    "::ffff:1.2.3.4::",
    "1.2.3.4",
  ])("refuses %j", (text) => {
    expect(parseIpv6Groups(text)).toBeUndefined();
  });

  it("refuses a very long text", () => {
    expect(parseIpv6Groups(`::${"1:".repeat(100_000)}1`)).toBeUndefined();
  });

  it("accepts what Node takes for an IPv6 address, and beyond it only the reference's forms", () => {
    const part = fc.oneof(
      fc.constantFrom("", "", "0", "ffff", "FFFF", "00001", "g", "1.2.3.4", "10.0.0.256", "1.2.3"),
      fc.nat(0xffff).map((group) => group.toString(16)),
    );
    const text = fc.array(part, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(":"));
    const check = (input: string): void => {
      const accepted = parseIpv6Groups(input) !== undefined;
      if (isIPv6(input)) expect(accepted).toBe(true);
      else if (accepted) expect(input).toSatisfy(isReferenceForm);
    };
    forAll(text, check, 5000);
  });
});

describe("printIpv6Groups", () => {
  it.each([
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:ffff:a00:1", "::ffff:10.0.0.1"],
    ["0:0:0:0:0:0:a00:1", "::a00:1"],
  ])("prints %s as %s (RFC 5952 §4, §5)", (full, expected) => {
    expect(printIpv6Groups(groupsOf(full))).toBe(expected);
  });

  it("prints as the host part of a URL does, which is the same canonical form but for mapped addresses", () => {
    forAll(ipv6Groups, (groups) => {
      const text = printIpv6Groups(groups);
      fc.pre(!text.includes("."));
      expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
    });
  });
});

describe("printIpv6GroupsAsReference", () => {
  it.each([
    ["1:0:0:2:0:0:0:3", "1::2:0:0:0:3"],
    ["fd00:0:1:0:0:0:0:1", "fd00::1:0:0:0:0:1"],
    ["1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::"],
    ["0:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8"],
    ["0:0:0:0:0:ffff:a00:1", "::ffff:10.0.0.1"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ])("prints %s as %s: the first zero group is compressed (W1)", (full, expected) => {
    expect(printIpv6GroupsAsReference(groupsOf(full))).toBe(expected);
  });

  it("prints what can be read back", () => {
    forAll(ipv6Groups, (groups) => {
      expect(parseIpv6Groups(printIpv6GroupsAsReference(groups))).toEqual(groups);
    });
  });
});

function groupsOf(full: string): number[] {
  return full.split(":").map((group) => Number.parseInt(group, 16));
}

/** Whether a text is one of the forms that the reference accepts beyond RFC 4291. */
function isReferenceForm(text: string): boolean {
  const groups = text.split(":").filter((part) => part !== "").length + (text.includes(".") ? 1 : 0);
  const hasEmptyGap = text.includes("::") && groups === 8;
  return hasEmptyGap || /[0-9a-f]:::[0-9a-f]/i.test(text) || /^[0:]*::ffff:[0-9.]+:[0-9a-f:]+$/i.test(text);
}
