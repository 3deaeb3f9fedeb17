import { TextError } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Uuid } from "./uuid.js";

const TEXT = "70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0c05";

describe("a UUID", () => {
  it.each([TEXT, TEXT.toUpperCase(), TEXT.replaceAll("-", ""), `{${TEXT}}`, `urn:uuid:${TEXT}`])(
    "is read from %s",
    (text) => {
      expect(Uuid.parse(text)).toBe(TEXT);
    },
  );

  it.each([
    "",
    TEXT.slice(1),
    `${TEXT}0`,
    `(${TEXT})`,
    `{${TEXT}`,
    TEXT.replace("4a2d-", "4a2d"),
    TEXT.replace("f", "g"),
  ])("is not read from %j", (text) => {
    expect(() => Uuid.parse(text)).toThrow(TextError);
  });

  it("reads every form of every UUID as the same text", () => {
    fc.assert(
      fc.property(fc.uuid(), (text) => {
        expect(Uuid.parse(text)).toBe(text);
        expect(Uuid.parse(text.replaceAll("-", "").toUpperCase())).toBe(text);
      }),
    );
  });

  it("is sixteen bytes, in the order of its digits", () => {
    const bytes = Uint8Array.from(Buffer.from(TEXT.replaceAll("-", ""), "hex"));
    expect(Uuid.toBytes(Uuid.parse(TEXT))).toEqual(bytes);
    expect(Uuid.fromBytes(bytes)).toBe(TEXT);
  });

  it.each([0, 15, 17])("is not read from %i bytes", (length) => {
    expect(() => Uuid.fromBytes(new Uint8Array(length))).toThrow(TextError);
  });
});
