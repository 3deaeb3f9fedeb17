import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Frame } from "opte-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireCommands } from "../../../../test/requirement.js";
import { echo, ICMP } from "../../../oxide-vpc/test/frames.js";
import { AttachedGuest, settle } from "../../test/guest.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import { MemoryLink } from "./memory-link.js";
import { PcapLink } from "./pcap-link.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
const TIME_MS = 1_700_000_000_123.5;

describe("a link that is captured", () => {
  it("carries frames as ever and writes those of both directions", async () => {
    const [near, far] = MemoryLink.pair("u1", "far");
    const pieces: Uint8Array[] = [];
    const link = new PcapLink(
      near,
      (bytes) => pieces.push(bytes),
      () => TIME_MS,
    );
    expect([link.name, link.mac, link.routerMac, link.mtu]).toEqual([near.name, near.mac, near.routerMac, near.mtu]);
    const heard: string[] = [];
    far.onReceive((batch) => heard.push(...batch.map((frame) => `far ${frame.length}`)));
    link.onReceive((batch) => heard.push(...batch.map((frame) => `near ${frame.length}`)));
    link.send([Frame.allocate(60)]);
    far.send([Frame.allocate(61), Frame.allocate(62)]);
    await settle();
    expect(heard.toSorted()).toEqual(["far 60", "near 61", "near 62"]);
    expect(pieces.map((piece) => piece.length)).toEqual([24, 16 + 60, 16 + 61, 16 + 62]);

    link.onReceive(undefined);
    far.send([Frame.allocate(63)]);
    await settle();
    expect(pieces).toHaveLength(4);
  });
});

requireCommands("tshark").describe("the capture of a ping between two sleds", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "xde-binding-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("is Geneve with the VPC's VNI around the guests' packets, and nothing in it is malformed", async () => {
    const [near, far] = MemoryLink.pair("u1", "u1");
    const pieces: Uint8Array[] = [];
    const first = new SledBench([
      new PcapLink(
        near,
        (bytes) => pieces.push(bytes),
        () => TIME_MS,
      ),
    ]);
    const second = new SledBench([far]);
    for (const sled of [first, second]) await sled.underlay("u1", "u1");
    await first.create(A);
    await second.create(B);
    await first.knows(B);
    await second.knows(A);
    const a = new AttachedGuest(first, A);
    const b = new AttachedGuest(second, B);
    b.onFrame = (): void => {
      b.send(A.ip4, echo(ICMP, 0, 7));
    };
    a.send(B.ip4, echo(ICMP, 8, 7));
    await settle();
    expect(a.received).toHaveLength(1);

    const file = join(folder, "ping.pcap");
    writeFileSync(file, Buffer.concat(pieces));
    const fields = [
      "frame.time_epoch",
      "ipv6.src",
      "ipv6.dst",
      "geneve.vni",
      "ip.src",
      "ip.dst",
      "icmp.type",
      "_ws.malformed",
    ];
    const options = ["-n", "-r", file, "-T", "fields", "-E", "separator=|", "-E", "occurrence=l"];
    const rows = execFileSync("tshark", [...options, ...fields.flatMap((field) => ["-e", field])], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(rows.trimEnd().split("\n")).toEqual([
      "1700000000.123500000|fd44::1|fd77::1|0x0003e8|10.0.0.1|10.0.0.2|8|",
      "1700000000.123500000|fd77::1|fd44::1|0x0003e8|10.0.0.2|10.0.0.1|0|",
    ]);
  });
});
