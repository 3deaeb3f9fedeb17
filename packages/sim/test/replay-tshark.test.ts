// The recording of a replay, as tshark sees it: well-formed packets with right checksums, Geneve and what is inside it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requireCommands } from "../../../test/requirement.js";
import { readCapture } from "../src/capture/capture.js";
import { replay } from "../src/replay/replay.js";
import { ReplayRecording } from "../src/replay/replay-recording.js";
import { RECORDED_CAPTURE, replayConfig } from "./replay-inputs.js";

const VALIDATION = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);

/** tshark's verdicts on checksums. */
const GOOD = "1";
const NOT_PRESENT = "3";
const ILLEGAL = "4";

const STATUS_FIELDS = ["ip", "tcp", "udp", "icmp", "icmpv6"].map((protocol) => `${protocol}.checksum.status`);

/** Values of fields of every packet; a field that occurs at several depths has them joined by commas, the outermost first. */
function tshark(file: string, ...fields: readonly string[]): string[][] {
  const options = ["-n", "-r", file, ...VALIDATION, "-T", "fields", "-E", "separator=|"];
  const output = execFileSync("tshark", [...options, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("|"));
}

/** What is wrong with the packets of a file, the outer UDP checksum being 0 (RFC 6935), and that of our DHCP answers (spec 03 §6.2). */
function faults(file: string): string[] {
  const rows = tshark(file, "frame.number", "frame.interface_name", "_ws.malformed", "udp.srcport", ...STATUS_FIELDS);
  return rows.flatMap(([number = "", side, malformed, source, ...statuses]) => {
    const [ipStatus, tcpStatus, udpStatuses = "", icmpStatus, icmpv6Status] = statuses;
    const udpInside = side === "underlay" ? withoutFirst(udpStatuses, ILLEGAL) : udpStatuses;
    const isDhcpAnswer = source === "67" && side === "guest";
    const found = [
      ["malformed", malformed, ""],
      ["ip", ipStatus, GOOD],
      ["tcp", tcpStatus, GOOD],
      ["udp", udpInside, isDhcpAnswer ? NOT_PRESENT : GOOD],
      ["icmp", icmpStatus, GOOD],
      ["icmpv6", icmpv6Status, GOOD],
    ].filter(([, value, right]) => value !== "" && value !== right);
    return found.map(([name, value]) => `packet ${number}: ${name ?? ""} ${value ?? ""}`);
  });
}

/** The statuses behind the first, which must be the one given. */
function withoutFirst(statuses: string, first: string): string {
  const [outer, ...inner] = statuses.split(",");
  return outer === first ? inner.join(",") : `outer ${statuses}`;
}

requireCommands("tshark").describe("the recording of a replay", () => {
  let folder: string;
  let recording: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "opte-sim-"));
    recording = join(folder, "out.pcapng");
    const blocks: Uint8Array[] = [];
    const writer = new ReplayRecording((block) => blocks.push(block));
    for (const event of replay(readFileSync(RECORDED_CAPTURE), replayConfig())) writer.write(event);
    writeFileSync(recording, Buffer.concat(blocks));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("has no malformed packet, and no bad checksum but the outer UDP's 0", () => {
    expect(faults(recording)).toEqual([]);
    const udp = tshark(recording, "frame.interface_name", "udp.checksum").filter(([side]) => side === "underlay");
    expect(udp).toHaveLength(107);
    for (const [, checksums = ""] of udp) expect(checksums.split(",")[0]).toBe("0x0000");
  });

  it("has its interfaces, and the verdict as each packet's comment", () => {
    const rows = tshark(recording, "frame.interface_name", "frame.comment");
    expect(rows).toHaveLength(260);
    expect(new Set(rows.map(([side]) => side))).toEqual(new Set(["guest", "underlay"]));
    for (const [, comment] of rows) {
      expect(comment).toMatch(
        /^(?:in|out) (?:modified|hairpin|drop) \((?:compiled|layers)\) .+ \[(?:input|output) of packet \d+\]$/,
      );
    }
  });

  it("decodes as Geneve with the inner frames: everything that passed the port is there twice", () => {
    const count = (filter: string): number => {
      const output = execFileSync("tshark", ["-r", recording, "-Y", filter], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      return output.split("\n").length - 1;
    };
    expect(count("geneve.vni == 99")).toBe(51);
    expect(count("geneve.vni == 1287581")).toBe(56);
    expect(count("geneve && tcp")).toBe(85);
    expect(count("!geneve && tcp")).toBe(85);
    expect(count("geneve && dns")).toBe(10);
    expect(count("geneve && http.response.code == 200")).toBe(2);
  });

  it.each([
    ["the address of an inner IPv4 packet", 62, 70 + 14 + 12, "ip"],
    ["data of an inner TCP segment", 69, 74 + 14 + 20 + 32 + 500, "tcp"],
    ["data of an inner DNS query", 56, 70 + 14 + 20 + 8 + 20, "udp"],
    ["data of an inner echo", 44, 70 + 14 + 20 + 8 + 20, "icmp"],
    ["data of an inner IPv6 echo", 50, 70 + 14 + 40 + 8 + 20, "icmpv6"],
    ["the length of the outer UDP", 105, 14 + 40 + 4, "malformed"],
  ])("would not pass with one byte flipped in %s", (_, packet, at, fault) => {
    const bytes = readFileSync(recording);
    const index = [...readCapture(bytes)].findIndex(
      ({ interface: { name }, comment = "" }) => name === "underlay" && comment.endsWith(`put of packet ${packet}]`),
    );
    const flipped = [...readCapture(bytes)][index];
    flipped?.bytes.set([(flipped.bytes[at] ?? 0) ^ 0x01], at);
    const file = join(folder, "flipped.pcapng");
    writeFileSync(file, bytes);
    const found = faults(file);
    expect(found.map((each) => each.replace(/^packet (\d+): (\S+).*/, "$1 $2"))).toContain(`${index + 1} ${fault}`);
  });
});
