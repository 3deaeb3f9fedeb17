import fc from "fast-check";
import { DomainName } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

const A63 = "a".repeat(63);

const label = fc
  .string({ unit: fc.constantFrom("a", "B", "-", "é", "日", "😀", " "), minLength: 1, maxLength: 15 })
  .map((text) => text.trimEnd() || "x");
const name = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom("", ".", "..."))
  .map(([labels, dots]) => DomainName.parse(labels.join(".") + dots));

describe("DomainName.parse (test_domain_name)", () => {
  it("keeps the text and encodes length-prefixed labels", () => {
    const domain = DomainName.parse("oxide.computer");
    expect(domain.text).toBe("oxide.computer");
    expect(hex(domain.encoded)).toBe("056f7869646508636f6d707574657200");
  });

  it("drops dots at the end from the encoding only", () => {
    for (const text of ["foo.bar", "foo.bar.", "foo.bar..."]) {
      expect(DomainName.parse(text).text).toBe(text);
      expect(hex(DomainName.parse(text).encoded)).toBe("03666f6f0362617200");
    }
  });

  it("takes any character in labels and counts bytes", () => {
    expect(hex(DomainName.parse("é a.日").encoded)).toBe("04c3a9206103e697a500");
    expect(textErrorKind(() => DomainName.parse("é".repeat(32)))).toBe("label_length");
  });

  it("accepts labels of 63 bytes and names of 253", () => {
    const longest = `${A63}.${A63}.${A63}.${"a".repeat(61)}`;
    expect(longest).toHaveLength(253);
    expect(DomainName.parse(longest).encoded).toHaveLength(255);
    expect(textErrorKind(() => DomainName.parse(`${longest}.`))).toBe("too_long_or_empty");
  });

  it.each([
    ["", "too_long_or_empty"],
    ["a.".repeat(128), "too_long_or_empty"],
    [".", "leading_dot"],
    [".a", "leading_dot"],
    ["a..b", "label_length"],
    ["a".repeat(64), "label_length"],
    [`b.${"a".repeat(64)}`, "label_length"],
    ["\u{d800}", "lone_surrogate"],
  ])("refuses %j as %s", (text, kind) => {
    expect(textErrorKind(() => DomainName.parse(text))).toBe(kind);
  });

  it("reads what is printed", () => {
    forAll(name, (domain) => {
      expect(DomainName.parse(domain.toString()).equals(domain)).toBe(true);
    });
  });
});

describe("DomainName.fromBytes (test_domain_name)", () => {
  it("reads labels up to the root and prints each with a dot", () => {
    const domain = DomainName.fromBytes(Uint8Array.of(3, 0x66, 0x6f, 0x6f, 1, 0x61, 0, 0xff, 0xff));
    expect(domain.text).toBe("foo.a.");
    expect(hex(domain.encoded)).toBe("03666f6f016100");
  });

  it("decodes what was encoded", () => {
    forAll(name, (domain) => {
      expect(hex(DomainName.fromBytes(domain.encoded).encoded)).toBe(hex(domain.encoded));
    });
  });

  it("takes the root alone for the empty name", () => {
    expect(DomainName.fromBytes(Uint8Array.of(0)).text).toBe("");
  });

  it("takes labels of 64 bytes and more, as the reference does (W3)", () => {
    const bytes = Uint8Array.of(0x40, ...Array.from({ length: 64 }, () => 0x61), 0);
    expect(DomainName.fromBytes(bytes).text).toBe(`${"a".repeat(64)}.`);
  });

  it.each([
    ["", "too_long_or_empty"],
    ["00".repeat(256), "too_long_or_empty"],
    ["0161", "label_length"],
    ["0461", "label_length"],
    ["c00c", "label_length"],
    ["01c300", "not_utf8"],
  ])("refuses %s as %s", (encoded, kind) => {
    expect(textErrorKind(() => DomainName.fromBytes(Uint8Array.from(Buffer.from(encoded, "hex"))))).toBe(kind);
  });
});

describe("DomainName", () => {
  it("tells names apart by letter case and trailing dots", () => {
    const domain = DomainName.parse("a.b");
    expect(domain.equals(DomainName.parse("a.b"))).toBe(true);
    expect(domain.equals(DomainName.parse("a.B"))).toBe(false);
    expect(domain.equals(DomainName.parse("a.b."))).toBe(false);
  });

  it("tells a dot inside of a label from one between labels", () => {
    const inside = DomainName.fromBytes(Uint8Array.of(3, 0x61, 0x2e, 0x62, 0));
    const between = DomainName.fromBytes(Uint8Array.of(1, 0x61, 1, 0x62, 0));
    expect(inside.text).toBe(between.text);
    expect(inside.equals(between)).toBe(false);
  });

  it("sorts by the bytes of the text", () => {
    const bytes = (domain: DomainName): Uint8Array => Buffer.from(domain.text, "utf8");
    expectTotalOrder(
      name,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => compareBytes(bytes(a), bytes(b)),
    );
  });

  it("cannot be changed, nor through its encoding", () => {
    const domain = DomainName.parse("a");
    domain.encoded.fill(0xff);
    expect(hex(domain.encoded)).toBe("016100");
    expect(Object.isFrozen(domain)).toBe(true);
  });

  it("shows its text in JSON", () => {
    expect(JSON.stringify([DomainName.parse("a.b")])).toBe('["a.b"]');
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
