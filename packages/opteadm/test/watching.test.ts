// The commands that watch and ask: statistics, traces, explanations, snapshots, completion.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IpAddr, MacAddr, OpteError, type ReadTraceResp, type TraceEvent } from "opte-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TraceHub } from "xde-binding";
import { PROBE_NAMES } from "../src/commands/trace-command.js";
import { scriptedRun } from "./scripted-run.js";

describe("stats", () => {
  const blocks = [
    { module: "xde", name: "opte0", fields: [["in_drop", 3] as const, ["out_drop", 0] as const] },
    { module: "xde", name: "opte0_nat", fields: [["flows", 2n ** 64n - 1n] as const] },
    { module: "xde", name: "opte01", fields: [["in_drop", 7] as const] },
  ];

  it("shows the counters of a port and its layers", async () => {
    const { stdout } = await scriptedRun(["stats", "-p", "opte0", "--nonzero"], { ListStats: { blocks } });
    expect(stdout).toBe(
      [
        "OF         COUNTER                 VALUE",
        "opte0      in_drop                     3",
        "opte0_nat  flows    18446744073709551615",
        "",
      ].join("\n"),
    );
  });

  it("is read as kstat -p writes it", async () => {
    const { stdout } = await scriptedRun(["stats", "-p", "opte01", "--format", "compat"], { ListStats: { blocks } });
    expect(stdout).toBe("xde:0:opte01:in_drop\t7\n");
  });

  it("is shown again until interrupted, with what has grown", async () => {
    let value = 10;
    const answer = (): unknown => ({ blocks: [{ module: "xde", name: "xde", fields: [["in_drop", (value += 5)]] }] });
    const { stdout } = await scriptedRun(["stats", "--watch", "2"], { ListStats: answer }, { pauses: 2 });
    expect(stdout).toBe(
      [
        "OF   COUNTER  VALUE",
        "xde  in_drop     15",
        "OF   COUNTER  VALUE  PER SECOND",
        "xde  in_drop     20         2.5",
        "OF   COUNTER  VALUE  PER SECOND",
        "xde  in_drop     25         2.5",
        "",
      ].join("\n"),
    );
  });
});

describe("trace", () => {
  const event = (port: string): TraceEvent => ({
    probe: "uft-hit",
    timeMs: 1000,
    fields: [
      ["port", { kind: "text", text: port }],
      ["lastHit", { kind: "number", number: 12 }],
    ],
  });
  const script = (parts: readonly ReadTraceResp[]): object => {
    const left = [...parts];
    return { OpenTrace: { traceId: 7 }, ReadTrace: () => left.shift() ?? { events: [], lost: 0 } };
  };

  it("prints the columns of the reference's scripts, their header every ten lines, and tells of loss", async () => {
    const events = Array.from({ length: 11 }, () => event("opte0"));
    const run = await scriptedRun(["trace", "uft-hit"], script([{ events, lost: 3 }]), { pauses: 1 });
    const lines = run.stdout.split("\n");
    expect(lines.slice(0, 2)).toEqual(["PORT  LAST_HIT", "opte0 12"]);
    expect(lines.filter((line) => line.startsWith("PORT"))).toHaveLength(2);
    expect(run.stderr).toContain("3 events were lost");
    expect(run.asked.at(-1)).toEqual(["CloseTrace", { traceId: 7 }]);
  });

  it("asks for a port, a flow and a number of events, and writes lines of JSON", async () => {
    const argv = ["trace", "opte-uft-hit", "uft-invalidate", "-p", "opte0", "--flow", "TCP,10.0.0.5:1,10.0.0.9:80"];
    const run = await scriptedRun(
      [...argv, "--count", "2", "--format", "json"],
      script([
        { events: [event("opte0")], lost: 0 },
        { events: [event("opte1")], lost: 0 },
      ]),
      { pauses: 9 },
    );
    expect(run.asked[0]).toMatchObject([
      "OpenTrace",
      { probes: ["opte-uft-hit", "uft-invalidate"], portName: "opte0", flow: { proto: 6, srcPort: 1, dstPort: 80 } },
    ]);
    expect(run.asked[2]).toEqual(["ReadTrace", { traceId: 7, maxEvents: 1 }]);
    expect(run.stdout).toBe(
      '{"probe":"uft-hit","timeMs":1000,"port":"opte0","lastHit":12}\n' +
        '{"probe":"uft-hit","timeMs":1000,"port":"opte1","lastHit":12}\n',
    );
  });

  it("shows of ioctls the argument behind the columns, as few of the events have it", async () => {
    const [text, count] = [
      (each: string) => ({ kind: "text", text: each }) as const,
      { kind: "number", number: 7 },
    ] as const;
    const ioctl = (event_: string, length: string, details: TraceEvent["fields"]): TraceEvent => ({
      probe: "ioctl",
      timeMs: 1,
      fields: [["event", text(event_)], ["cmd", text("ListPorts")], ["length", text(length)], ...details],
    });
    const events = [
      ioctl("IOCTL", "--", [
        ["rights", text("read")],
        ["reqLen", count],
      ]),
      ioctl("COPYOUT", "129", []),
    ];
    const run = await scriptedRun(["trace", "ioctl", "--count", "2"], script([{ events, lost: 0 }]));
    expect(run.stdout.split("\n")).toEqual([
      "EVENT    CMD       LENGTH",
      "IOCTL    ListPorts --     rights=read reqLen=7",
      "COPYOUT  ListPorts 129",
      "",
    ]);
  });

  it("shows frames in hex, and keeps the columns behind them where short ones leave them", async () => {
    const frame = (length: number): TraceEvent => ({
      probe: "usdt-port-process",
      timeMs: 1,
      fields: [
        ["mblk", { kind: "bytes", bytes: new Uint8Array(length) }],
        ["len", { kind: "number", number: length }],
      ],
    });
    const events = [frame(14), frame(1)];
    const run = await scriptedRun(["trace", "usdt-port-process", "--count", "2"], script([{ events, lost: 0 }]));
    expect(run.stdout).toBe(`MBLK LEN\n${"00".repeat(14)} 14\n00   1\n`);
  });

  it("shows at the end how long batches took, as DTrace does", async () => {
    const batch = (dir: string, ns: number): TraceEvent => ({
      probe: "count-cycles",
      timeMs: 1,
      fields: [
        ["dir", { kind: "text", text: dir }],
        ["name", { kind: "text", text: "opte0" }],
        ["ns", { kind: "number", number: ns }],
      ],
    });
    const events = [batch("tx", 256), batch("tx", 511), batch("tx", 512), batch("rx", 40_000), batch("rx", 0)];
    const run = await scriptedRun(["trace", "opte-count-cycles.d", "--count", "5"], script([{ events, lost: 0 }]));
    const lines = run.stdout.split("\n");
    expect(lines.slice(0, 7)).toEqual([
      "",
      "  tx",
      "           value  ------------- Distribution ------------- count",
      "           < 256 |                                         0",
      "             256 |@@@@@@@@@@@@@@@@@@@@@@@@@@@              2",
      "             512 |@@@@@@@@@@@@@                            1",
      "             768 |                                         0",
    ]);
    expect(lines.slice(8, 11)).toEqual([
      "  rx",
      "           value  ------------- Distribution ------------- count",
      "           < 256 |@@@@@@@@@@@@@@@@@@@@                     1",
    ]);
    // All 127 ranges between, and the newline at the end.
    expect(lines.slice(-3)).toEqual([
      "           32512 |                                         0",
      "        >= 32768 |@@@@@@@@@@@@@@@@@@@@                     1",
      "",
    ]);
    expect(lines).toHaveLength(11 + 127 + 2);
  });

  const mcast = (event: string, fields: Readonly<Record<string, string>>): TraceEvent => ({
    probe: "mcast-delivery",
    timeMs: 1,
    fields: [
      ["event", { kind: "text", text: event }],
      ["vni", { kind: "number", number: 77 }],
      ...Object.entries(fields).map(([name, text]) => [name, { kind: "text", text }] as const),
    ],
  });
  const delivery = [
    mcast("MAP_SET", { group: "224.1.2.3", underlayMcast: "ff04::1" }),
    mcast("TX", { group: "224.1.2.3", portOrNextHop: "--" }),
    mcast("DELIVER", { group: "224.1.2.3", portOrNextHop: "opte1" }),
    mcast("DELIVER", { group: "224.1.2.3", portOrNextHop: "opte2" }),
    mcast("FILTERED", { group: "224.1.2.3", portOrNextHop: "opte2", src: "10.0.0.5", mode: "include" }),
    mcast("UNDERLAY", { underlayMcast: "ff04::1", routeUnicast: "fd00::3" }),
  ];

  it("shows what becomes of multicast, and counts it at the end", async () => {
    const parts = [{ events: delivery, lost: 0 }];
    const run = await scriptedRun(["trace", "mcast-delivery", "--summary", "--count", "6"], script(parts));
    expect(run.stdout.split("\n")).toEqual([
      "EVENT    VNI GROUP     UNDERLAY_MCAST",
      "MAP_SET  77  224.1.2.3 ff04::1",
      "EVENT    VNI GROUP     PORT/NEXTHOP",
      "TX       77  224.1.2.3 --",
      "DELIVER  77  224.1.2.3 opte1",
      "DELIVER  77  224.1.2.3 opte2",
      "FILTERED 77  224.1.2.3 opte2        src=10.0.0.5 mode=include",
      "EVENT    VNI UNDERLAY_MCAST ROUTE_UNICAST",
      "UNDERLAY 77  ff04::1        fd00::3",
      ...SUMMARY,
    ]);
  });

  const SUMMARY = [
    "EVENT     COUNT",
    "DELIVER       2",
    "MAP_SET       1",
    "TX            1",
    "FILTERED      1",
    "UNDERLAY      1",
    "",
    "EVENT, VNI    COUNT",
    "DELIVER, 77       2",
    "MAP_SET, 77       1",
    "TX, 77            1",
    "FILTERED, 77      1",
    "UNDERLAY, 77      1",
    "",
    "OVERLAY GROUP  COUNT",
    "224.1.2.3          5",
    "",
    "UNDERLAY GROUP  COUNT",
    "ff04::1             2",
    "",
    "PORT   COUNT",
    "opte2      2",
    "opte1      1",
    "",
    "NEXT HOP  COUNT",
    "fd00::3       1",
    "",
    "FILTER MODE  COUNT",
    "include          1",
    "",
    "CONFIG OPERATION  COUNT",
    "MAP_SET               1",
    "",
  ];

  it("asks for the beginning and end of the device's work if asked to debug, and shows them among the others", async () => {
    const entry: TraceEvent = {
      ...mcast("TX_ENTRY", { group: "224.1.2.3", portOrNextHop: "opte0" }),
      probe: "mcast-debug",
    };
    const fail = mcast("TX_FAIL", { group: "224.1.2.3", portOrNextHop: "opte2", reason: "local_dropped" });
    const tx = mcast("TX", { group: "224.1.2.3", portOrNextHop: "--" });
    const argv = ["trace", "opte-mcast-delivery.d", "--debug", "--count", "3"];
    const run = await scriptedRun(argv, script([{ events: [entry, tx, fail], lost: 0 }]));
    expect(run.asked[0]).toEqual(["OpenTrace", { probes: ["opte-mcast-delivery.d", "mcast-debug"] }]);
    expect(run.stdout.split("\n")).toEqual([
      "EVENT    VNI GROUP     PORT/NEXTHOP",
      "TX_ENTRY 77  224.1.2.3 opte0",
      "TX       77  224.1.2.3 --",
      "TX_FAIL  77  224.1.2.3 opte2        reason=local_dropped",
      "",
    ]);
  });

  it("tells nothing but the counts if asked to be quiet, and nothing of them in JSON", async () => {
    const argv = ["trace", "mcast-delivery", "--quiet", "--count", "6"];
    const quiet = await scriptedRun(argv, script([{ events: delivery, lost: 0 }]));
    expect(quiet.stdout.split("\n")).toEqual(SUMMARY);
    const json = await scriptedRun([...argv, "--format", "json"], script([{ events: delivery, lost: 0 }]));
    expect(json.stdout).toBe("");
  });

  it("names in its help what the device can trace, but for what --debug adds", async () => {
    const { stdout } = await scriptedRun(["trace", "--help"]);
    const words = new Set(stdout.split(/[^a-z-]+/));
    const untold = TraceHub.probeNames.filter((name) => !words.has(name));
    expect(untold).toEqual(["mcast-debug"]);
    for (const name of PROBE_NAMES) expect(TraceHub.probeNames).toContain(name);
  });

  it("closes the trace when reading fails", async () => {
    const refuse = (): unknown => {
      throw new OpteError({ kind: "BadName" });
    };
    const run = await scriptedRun(["trace", "ht"], { OpenTrace: { traceId: 7 }, ReadTrace: refuse });
    expect(run.exit).toBe(1);
    expect(run.asked.at(-1)).toEqual(["CloseTrace", { traceId: 7 }]);
  });
});

describe("explain", () => {
  const explained = {
    verdict: "Drop",
    reason: "no rule allows it",
    steps: [{ text: "no flow" }, { layer: "firewall", text: "default: deny" }],
  };

  it("takes the frame in hex, from the command line or from standard input", async () => {
    const argv = ["explain", "-p", "opte0", "--dir", "in"];
    const given = await scriptedRun([...argv, "00ff"], { Explain: explained });
    const read = await scriptedRun(argv, { Explain: explained }, { stdin: "00:ff\n" });
    expect(given.asked).toEqual([["Explain", { portName: "opte0", dir: "in", frame: Uint8Array.of(0, 255) }]]);
    expect(read.asked).toEqual(given.asked);
    expect(given.stdout).toBe("Drop: no rule allows it\n  no flow\n  firewall: default: deny\n");
  });

  it("refuses what is not hex: as usage on the command line, as input else", async () => {
    const argv = ["explain", "-p", "opte0", "--dir", "in"];
    expect((await scriptedRun([...argv, "0g"])).exit).toBe(2);
    expect((await scriptedRun(argv, {}, { stdin: "123" })).exit).toBe(1);
  });
});

describe("snapshot and restore", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opteadm-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("carry a port's state to a file and back, in parts", async () => {
    const state = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    const file = join(folder, "opte0.snapshot");
    const read = ({ offset, maxBytes }: { offset: number; maxBytes: number }): unknown => ({
      bytes: state.subarray(offset, offset + Math.min(maxBytes, 1_000_000)),
    });
    const taken = await scriptedRun(["snapshot", "-p", "opte0", file], {
      OpenSnapshot: { snapshotId: 4, length: state.length },
      ReadSnapshot: read,
    });
    expect(taken).toMatchObject({ exit: 0, stdout: "3000000 bytes\n" });
    expect(taken.asked.at(-1)).toEqual(["CloseSnapshot", { snapshotId: 4 }]);
    expect(Buffer.compare(await readFile(file), state)).toBe(0);

    const put = new Uint8Array(state.length);
    const write = ({ offset, bytes }: { offset: number; bytes: Uint8Array }): unknown => {
      put.set(bytes, offset);
      return {};
    };
    const restored = await scriptedRun(["restore", "-p", "opte0", file], {
      OpenRestore: { restoreId: 5 },
      WriteRestore: write,
    });
    expect(restored.exit).toBe(0);
    expect(restored.asked.at(-1)).toEqual(["CommitRestore", { restoreId: 5 }]);
    expect(Buffer.compare(put, state)).toBe(0);
  });

  it("say what is wrong with a file", async () => {
    const run = await scriptedRun(["restore", "-p", "opte0", join(folder, "none")]);
    expect(run).toMatchObject({ exit: 1, asked: [] });
    expect(run.stderr).toContain("Cannot read");
  });
});

describe("create-xde --config", () => {
  const PORT = {
    name: "opte0",
    ipCfg: { ipv4: { vpcSubnet: "10.0.0.0/24", privateIp: "10.0.0.5", gatewayIp: "10.0.0.1" } },
    guestMac: "a8:40:25:fa:fa:37",
    gatewayMac: "a8:40:25:ff:77:77",
    vni: 99,
    physIp: "fd00::1",
    routes: [{ dest: "0.0.0.0/0", target: { kind: "internetGateway" }, class: "system" }],
    v2b: [{ vip: "0.0.0.0/0", tep: [{ ip: "fd00::99", vni: 99 }] }],
  };
  let folder = "";
  let file = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opteadm-"));
    file = join(folder, "port.json");
    await writeFile(file, JSON.stringify(PORT));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("creates the port, then its routes and mappings", async () => {
    const { exit, asked } = await scriptedRun(["create-xde", "--config", file]);
    expect(exit).toBe(0);
    expect(asked.map(([name]) => name)).toEqual(["CreateXde", "AddRouterEntry", "SetVirt2Boundary"]);
  });

  it("leaves no half of a port", async () => {
    const refuse = (): unknown => {
      throw new OpteError({ kind: "BadState", msg: "paused" });
    };
    const { exit, asked } = await scriptedRun(["create-xde", "--config", file], { AddRouterEntry: refuse });
    expect(exit).toBe(1);
    expect(asked.map(([name]) => name)).toEqual(["CreateXde", "AddRouterEntry", "DeleteXde"]);
  });

  it("takes no other word on the port", async () => {
    expect((await scriptedRun(["create-xde", "opte0", "--config", file])).exit).toBe(2);
  });
});

describe("complete", () => {
  const port = { name: "opte0", macAddr: MacAddr.parse("a8:40:25:fa:fa:37"), state: "running" };
  const script = {
    ListPorts: {
      ports: [
        { ...port, ip4Addr: IpAddr.parse("10.0.0.5") },
        { ...port, name: "other" },
      ],
    },
  };

  async function choices(...words: string[]): Promise<string[]> {
    const { stdout } = await scriptedRun(["complete", "--", ...words], script);
    return stdout.split("\n").map((line) => line.replace(/\t.*/, ""));
  }

  it.each([
    [["dump-l"], ["dump-layer", ":4", ""]],
    [
      ["dump-layer", "-p", "op"],
      ["opte0", ":4", ""],
    ],
    [
      ["dump-layer", "-p", "opte0", "f"],
      ["firewall", ":4", ""],
    ],
    [
      ["add-fw-rule", "--di"],
      ["--dir", ":4", ""],
    ],
    [
      ["rm-fw-rule", "--dir", ""],
      ["in", "out", ":4", ""],
    ],
    [
      ["add-fw-rule", "--hosts", "i"],
      ["ip=", ":6", ""],
    ],
    [
      ["create-xde", "--config", ""],
      [":0", ""],
    ],
    [
      ["snapshot", "-p", "opte0", ""],
      [":0", ""],
    ],
    [
      ["trace", "ioctl", "mcast-"],
      ["mcast-delivery", ":4", ""],
    ],
    [
      ["help", "list-p"],
      ["list-ports", ":4", ""],
    ],
  ])("%j", async (words, expected) => {
    expect(await choices(...words)).toEqual(expected);
  });

  it("knows the shells", async () => {
    expect((await scriptedRun(["complete", "tcsh"])).exit).toBe(2);
  });
});
