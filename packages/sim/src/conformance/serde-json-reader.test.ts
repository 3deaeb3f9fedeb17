import { ipAddr, list, option, pair, type Schema, string, struct, u16, u8, variants, vni } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import type { Json } from "./json.js";
import { SerdeJsonReader } from "./serde-json-reader.js";

type Target = { readonly kind: "drop" } | { readonly kind: "toPort"; readonly port: number };
interface Span {
  readonly kind: "span";
  readonly firstPort: number;
  readonly lastPort: number;
}

function read<T>(schema: Schema<T>, json: Json): T {
  return schema.read(new SerdeJsonReader(json));
}

describe("SerdeJsonReader", () => {
  it("finds fields by their snake_case names", () => {
    const schema = struct<{ readonly portName: string; readonly mtu?: number }>({
      portName: string,
      mtu: option(u16),
    });
    expect(read(schema, { port_name: "p", mtu: 9000 })).toEqual({ portName: "p", mtu: 9000 });
    expect(read(schema, { port_name: "p", mtu: null })).toEqual({ portName: "p" });
    expect(() => read(schema, { portName: "p" })).toThrow('an object with "port_name"');
  });

  it("reads a variant without fields from its name, and one with a single field from that alone", () => {
    const schema = variants<Target>({ drop: {}, toPort: { port: u16 } });
    expect(read(schema, "Drop")).toEqual({ kind: "drop" });
    expect(read(schema, { ToPort: 80 })).toEqual({ kind: "toPort", port: 80 });
    expect(() => read(schema, "toPort")).toThrow("one of Drop, ToPort");
  });

  it("reads several fields of a variant by their names", () => {
    const schema = variants<Span>({ span: { firstPort: u16, lastPort: u16 } });
    expect(read(schema, { Span: { first_port: 1, last_port: 2 } })).toEqual({
      kind: "span",
      firstPort: 1,
      lastPort: 2,
    });
  });

  it("reads lists, pairs and bytes from arrays", () => {
    expect(read(list(pair(u8, string)), [[1, "a"]])).toEqual([[1, "a"]]);
    expect(read(vni, { inner: [0, 0, 99] })).toBe(99);
    expect(() => read(vni, { inner: [0, 99] })).toThrow("an array of 3 bytes");
    expect(() => read(list(pair(u8, string)), [[1]])).toThrow('field "0": the JSON is not an array of two');
  });

  it("reads addresses from their text or their bytes", () => {
    expect(read(ipAddr, "10.0.0.1")).toEqual(read(ipAddr, { Ip4: { inner: [10, 0, 0, 1] } }));
  });

  it("refuses numbers out of range", () => {
    expect(() => read(u8, 256)).toThrow("an integer from 0 to 255");
    expect(() => read(u8, -1)).toThrow("an integer from 0 to 255");
  });
});
