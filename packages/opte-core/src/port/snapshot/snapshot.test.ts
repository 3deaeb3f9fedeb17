import fc from "fast-check";
import { OpteError } from "opte-api";
import { describe, expect, it } from "vitest";
import { frameOf, SnapshotBench, type Message, type Step } from "../../../test/snapshot-bench.js";
import { readRows, type Rows, writeRows } from "../../../test/snapshot-rows.js";
import { ByteTextWriter, readByteText } from "./byte-text.js";
import { PairColumn, SECTIONS, type Section, TCP_ROWS, UftColumn } from "./flow-columns.js";
import { SnapshotReader } from "./snapshot-reader.js";
import { checksumOf, type SnapshotObject, type SnapshotValue } from "./snapshot-value.js";

const segment: fc.Arbitrary<Message> = fc.record({
  kind: fc.constant("tcp" as const),
  port: fc.integer({ min: 1000, max: 1003 }),
  flags: fc.constantFrom(2, 2, 16, 16, 18, 17, 4),
  seq: fc.integer({ min: 0, max: 3 }),
  ack: fc.integer({ min: 0, max: 3 }),
});

const datagram: fc.Arbitrary<Message> = fc.record({
  kind: fc.constantFrom("udp" as const, "echo" as const, "unreachable" as const),
  port: fc.oneof(fc.integer({ min: 1000, max: 1005 }), fc.integer({ min: 4000, max: 4005 })),
});

const message = fc.oneof({ weight: 4, arbitrary: segment }, { weight: 1, arbitrary: datagram });

const packet: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom("out" as const, "out" as const, "in" as const), fc.constantFrom(1, 2, 201), message)
  .map(([dir, peer, what]) => ({ kind: "packet", dir, frame: frameOf(dir, peer, what) }));

const change: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(1, 3_000, 9_000, 9_000, 61_000) }),
  fc.record({ kind: fc.constantFrom("expire" as const, "clearUft" as const, "newPools" as const, "addRule" as const) }),
  fc.record({ kind: fc.constant("clearLft" as const), layer: fc.constantFrom("guard", "nat") }),
  fc.record({ kind: fc.constant("removeRule" as const), id: fc.integer({ min: 0, max: 3 }) }),
);

const steps = fc.array(fc.oneof({ weight: 8, arbitrary: packet }, { weight: 2, arbitrary: change }), { maxLength: 60 });

function restored(taken: unknown): SnapshotBench {
  return new SnapshotBench(7_000_000_000, JSON.parse(JSON.stringify(taken)));
}

describe("a snapshot", () => {
  it("continues in another process, by another clock, as the port that it was taken of", () => {
    const seen = { lists: 0, programs: 0, tcp: 0, killed: 0 };
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const original = new SnapshotBench(1_000_000);
        for (const step of before) original.run(step);
        const taken = original.take();
        const { uftIn, uftOut, programs, tcp, pairs } = readRows(at(taken, TABLES));
        seen.lists += [...uftIn, ...uftOut].some((row) => row[UftColumn.Program] === 0) ? 1 : 0;
        seen.programs += programs.length > 0 ? 1 : 0;
        seen.tcp += tcp.length > 0 ? 1 : 0;
        seen.killed += pairs.some((row) => row[PairColumn.IsKilled] === 1) ? 1 : 0;
        const copy = restored(taken);
        expect(copy.port.state).toBe("restored");
        expect(copy.take()).toEqual(taken);
        expect(copy.state()).toEqual(original.state());
        copy.port.start();
        for (const step of after) expect(copy.run(step)).toEqual(original.run(step));
        expect(copy.state()).toEqual(original.state());
        expect(copy.take()).toEqual(original.take());
      }),
      { numRuns: 600, seed: 20261124 },
    );
    // Otherwise the runs would prove less than they say.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  }, 60_000);

  it("is of the moment at which the port was copied, whatever the port does between the slices of writing it down", () => {
    fc.assert(
      fc.property(steps, steps, (before, meanwhile) => {
        const bench = new SnapshotBench(1_000_000);
        for (const step of before) bench.run(step);
        const taken = bench.take();
        const slices = bench.copy()();
        let slice = slices.next();
        for (const step of meanwhile) {
          bench.run(step);
          if (slice.done !== true) slice = slices.next();
        }
        while (slice.done !== true) slice = slices.next();
        expect(slice.value).toEqual(taken);
      }),
      { numRuns: 200, seed: 20261124 },
    );
  });

  it("leaves the port that it is taken of as it is", () => {
    const bench = busyBench();
    const before = bench.state();
    bench.take();
    expect(bench.state()).toEqual(before);
  });

  it("gives back the ports of its flows when they end", () => {
    const copy = restored(busyBench().take());
    copy.port.start();
    copy.run({ kind: "advance", ms: 10_000_000 });
    copy.run({ kind: "expire" });
    copy.run({ kind: "expire" });
    expect(copy.take()).toMatchObject({
      port: {
        content: {
          tables: {
            rows: { tcp: 0, uftIn: 0, uftOut: 0, parents: 0, programs: 0, pairs: 0 },
            templates: [],
            recorded: [],
            descriptors: [],
            flows: { length: 0 },
          },
        },
      },
      free: { udp: { highestFresh: 4004, returned: [4005] } },
    });
  });
});

describe("a snapshot of rules alone", () => {
  it("makes a port with the same rules under the same ids, in the same epoch, that counts from 0", () => {
    fc.assert(
      fc.property(steps, (before) => {
        const original = new SnapshotBench(1_000_000);
        for (const step of before) original.run(step);
        const taken = original.take("rules");
        const copy = restored(withFreshPools(taken));
        const idsOf = ({ port }: SnapshotBench): unknown =>
          port.listLayers().map(({ name }) => {
            const { rulesIn, rulesOut } = port.dumpLayerRules(name);
            return [rulesIn, rulesOut].map((rules) => rules.map(({ id, rule }) => [id, rule]));
          });
        expect(idsOf(copy)).toEqual(idsOf(original));
        expect(copy.take("rules")).toEqual(withFreshPools(taken));
        const { port } = copy;
        expect([port.epoch, port.state]).toEqual([original.port.epoch, "restored"]);
        expect(port.dumpUft()).toMatchObject({ inNumFlows: 0, outNumFlows: 0 });
        expect(port.listLayers().map(({ flows }) => flows)).toEqual([0, 0, 0]);
        const { in_rules: rulesIn, out_rules: rulesOut, ...guard } = port.layerStats("guard") ?? {};
        const listed = port.listLayers().find(({ name }) => name === "guard");
        expect([rulesIn, rulesOut]).toEqual([listed?.rulesIn, listed?.rulesOut]);
        expect(Object.entries(guard).filter(([, count]) => count !== 0)).toEqual([
          ["lft_capacity", 8],
          ["flow_ttl", 60],
        ]);
        copy.port.start();
        expect(copy.run({ kind: "addRule" })).toBe(original.run({ kind: "addRule" }));
      }),
      { numRuns: 100, seed: 20261124 },
    );
  });

  it("is refused with flows in it", () => {
    const bench = busyBench();
    const taken = changed(bench.take(), ["port", "content", "tables", "stats"], () => null);
    expect(errorOf(resealed(taken))).toMatchObject({ kind: "PortCreate" });
  });
});

/** The pools of a port without flows. */
function withFreshPools(taken: SnapshotValue): SnapshotValue {
  const { free } = Object(new SnapshotBench(0).take()) as { readonly free: SnapshotValue }; // Unwrap: `take` returns an object with it
  return changed(taken, ["free"], () => free);
}

describe("a snapshot that is not sound", () => {
  it("is refused wherever a value in it has changed", () => {
    const taken = busyBench().take();
    const places = leavesOf(taken).filter(([first]) => first === "port");
    expect(places.length).toBeGreaterThan(200);
    for (const place of places) {
      const error = errorOf(changed(taken, place, (value) => other(value)));
      expect(error, place.join(".")).toBeInstanceOf(OpteError);
    }
  });

  it("is refused wherever a character of its flows has changed, is missing, or is one too many", () => {
    const taken = busyBench().take();
    const place: Place = [...TABLES, "flows", "base64", 0];
    const line = at(taken, place) as string; // Unwrap: there are flows, so there is a line
    expect(line.length).toBeGreaterThan(500);
    for (let i = 0; i < line.length; i++) {
      const digit = line[i] ?? "";
      for (const text of [
        digit === "A" ? "B" : "A",
        digit === "/" ? "9" : "/",
        "=",
        "!",
        "\u{1f600}",
        "",
        `${digit}A`,
      ]) {
        if (text === digit) continue;
        const error = errorOf(changed(taken, place, () => line.slice(0, i) + text + line.slice(i + 1)));
        expect(error, `${text} at ${i}`).toBeInstanceOf(OpteError);
      }
    }
  });

  it.each([
    ["an unknown format", ["port", "format"], "opte-gate", "snapshot.format is not one of opte-port"],
    ["a later version", ["port", "version"], 3, "snapshot.version is 3, and this engine reads 2"],
    ["an earlier version", ["port", "version"], 1, "snapshot.version is 1, and this engine reads 2"],
    ["a wrong checksum", ["port", "checksum"], 1, "snapshot.checksum does not fit the content, which is damaged"],
  ])("is refused for %s", (_what, place, value, text) => {
    const error = errorOf(changed(busyBench().take(), place, () => value));
    expect(error).toMatchObject({ kind: "PortCreate", payload: { msg: text } });
  });

  it.each([
    ["a parent", "parents", 0, 0, 99, "parents[0].pair"],
    ["a TCP entry", "uftOut", 0, UftColumn.Tcp, TCP_ROWS + 99, "uftOut[0].tcp"],
    ["a partner", "uftOut", 0, UftColumn.Partner, 99, "uftOut[0].partner"],
    ["a program", "uftOut", 0, UftColumn.Program, 99, "uftOut[0].program"],
    ["a template", "programs", 2, 1, 99, "programs[2].words[1]"],
    ["a descriptor", "pairs", 0, PairColumn.Descriptor, 99, "pairs[0].descriptor"],
    ["a layer", "pairs", 0, PairColumn.Layer, 99, "pairs[0].layer"],
  ] as const)(
    "is refused, with the right checksums too, for %s that is not there",
    (_what, section, row, column, value, path) => {
      const error = errorOf(withCell(busyBench().take(), section, row, column, value));
      expect(error).toMatchObject({ kind: "PortCreate" });
      expect(error).toHaveProperty("payload.msg", expect.stringContaining(`snapshot.content.tables.flows.${path} `));
    },
  );

  it.each([
    ["flows that are not in order", (rows: Rows): Rows => ({ ...rows, uftOut: rows.uftOut.toReversed() }), "uftOut[1]"],
    ["a pair that belongs to nothing", (rows: Rows): Rows => ({ ...rows, pairs: withBarePair(rows.pairs) }), "pairs["],
    ["more parents than entries have", (rows: Rows): Rows => ({ ...rows, parents: [...rows.parents, [0]] }), "parents"],
  ] as const)("is refused, with the right checksums too, for %s", (_what, change, path) => {
    const error = errorOf(withRows(busyBench().take(), change));
    expect(error).toMatchObject({ kind: "PortCreate" });
    expect(error).toHaveProperty("payload.msg", expect.stringContaining(path));
  });

  it("with the right checksum is refused or makes a port, but never fails otherwise", () => {
    const taken = busyBench().take();
    for (const place of leavesOf(taken)) {
      for (const change of [other, () => null, () => -1, () => 1e9, () => [], () => "x"]) {
        expectSound(resealed(changed(taken, place, change)), place.join("."));
      }
    }
  }, 60_000);

  it("with a value of a row changed and the right checksums, too", () => {
    const taken = busyBench().take();
    const rows = readRows(at(taken, TABLES));
    let count = 0;
    for (const section of SECTIONS) {
      for (const [row, cells] of rows[section].entries()) {
        for (const [column, cell] of cells.entries()) {
          for (const value of [cell + 1, 0, 0xffff_ffff, 0.5]) {
            expectSound(withCell(taken, section, row, column, value), `${section}[${row}][${column}] = ${value}`);
            count += 1;
          }
        }
      }
    }
    expect(count).toBeGreaterThan(1000);
  }, 120_000);

  it("with a byte of its flows changed and the right checksums, or cut off anywhere, too", () => {
    const taken = busyBench().take();
    const bytes = readByteText(new SnapshotReader(at(taken, [...TABLES, "flows"]), "flows"));
    const withBytes = (changedBytes: Uint8Array): SnapshotValue => {
      const writer = new ByteTextWriter();
      writer.write(changedBytes, changedBytes.length);
      return resealed(changed(taken, [...TABLES, "flows"], () => writer.finish()));
    };
    for (const [i, byte] of bytes.entries()) {
      for (const value of [byte + 1, 0xff]) expectSound(withBytes(bytes.with(i, value)), `byte ${i} is ${value}`);
      expect(errorOf(withBytes(bytes.subarray(0, i))), `cut off at ${i}`).toBeInstanceOf(OpteError);
    }
    expect(errorOf(withBytes(Uint8Array.of(...bytes, 0)))).toHaveProperty(
      "payload.msg",
      "snapshot.content.tables.flows have bytes behind the last row",
    );
  }, 120_000);
});

/** It is refused, or makes a port that works. */
function expectSound(taken: SnapshotValue, what: string): void {
  const error = errorOf(taken, (copy) => {
    copy.port.start();
    for (const step of [...BUSY, { kind: "expire" } as const]) copy.run(step);
  });
  if (error !== undefined) expect(error, what).toBeInstanceOf(OpteError);
}

const BUSY: readonly Step[] = [
  packetOf("out", 1, { kind: "tcp", port: 1000, flags: 2, seq: 1, ack: 0 }),
  packetOf("in", 1, { kind: "tcp", port: 1000, flags: 18, seq: 1, ack: 2 }),
  packetOf("out", 201, { kind: "udp", port: 1001 }),
  packetOf("in", 201, { kind: "udp", port: 4005 }),
  packetOf("out", 1, { kind: "unreachable", port: 1002 }),
];

function packetOf(dir: "in" | "out", peer: number, what: Message): Step {
  return { kind: "packet", dir, frame: frameOf(dir, peer, what) };
}

/** A port with TCP, NAT, SNAT and a flow without a program, in both directions. */
function busyBench(): SnapshotBench {
  const bench = new SnapshotBench(1_000_000);
  for (const step of BUSY) bench.run(step);
  return bench;
}

function errorOf(taken: unknown, use: (copy: SnapshotBench) => void = () => undefined): unknown {
  try {
    use(restored(taken));
    return undefined;
  } catch (error) {
    return error;
  }
}

type Place = readonly (string | number)[];

/** Where the engine's port has its tables. */
const TABLES: Place = ["port", "content", "tables"];

function at(value: SnapshotValue, place: Place): SnapshotValue {
  let found: SnapshotValue = value;
  changed(value, place, (each) => (found = each));
  return found;
}

/** With rows that were changed, and checksums that fit. */
function withRows(taken: SnapshotValue, change: (rows: Rows) => Rows): SnapshotValue {
  const members = (tables: SnapshotValue): SnapshotValue => ({
    ...(tables as SnapshotObject), // Unwrap: `TABLES` is the place of an object
    ...writeRows(change(readRows(tables))),
  });
  return resealed(changed(taken, TABLES, members));
}

function withCell(taken: SnapshotValue, section: Section, row: number, column: number, value: number): SnapshotValue {
  return withRows(taken, (rows) => ({
    ...rows,
    [section]: rows[section].map((cells, i) => (i === row ? cells.with(column, value) : cells)),
  }));
}

/** With a pair that has neither a half nor a dependant. */
function withBarePair(pairs: Rows["pairs"]): Rows["pairs"] {
  return [...pairs, (pairs[0] ?? []).map((cell, column) => (column <= PairColumn.Age ? cell : 0))];
}

function leavesOf(value: SnapshotValue, place: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [place];
  return Object.entries(value).flatMap(([member, each]: [string, SnapshotValue]) => leavesOf(each, [...place, member]));
}

function changed(value: SnapshotValue, place: Place, change: (value: SnapshotValue) => SnapshotValue): SnapshotValue {
  const [first, ...rest] = place;
  if (first === undefined) return change(value);
  if (typeof value !== "object" || value === null) throw new Error(`${String(first)} is no member`);
  if (Array.isArray(value)) {
    return value.map((each: SnapshotValue, i) => (i === Number(first) ? changed(each, rest, change) : each));
  }
  return Object.fromEntries(
    Object.entries(value).map(([member, each]: [string, SnapshotValue]) => [
      member,
      member === first ? changed(each, rest, change) : each,
    ]),
  );
}

function other(value: SnapshotValue): SnapshotValue {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" ? `${value}x` : 0;
}

/** With a checksum that fits. */
function resealed(taken: SnapshotValue): SnapshotValue {
  let checksum = 0;
  changed(taken, ["port", "content"], (content) => {
    checksum = checksumOf(content);
    return content;
  });
  return changed(taken, ["port", "checksum"], () => checksum);
}
