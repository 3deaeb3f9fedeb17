import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requireCommands } from "../../../test/requirement.js";
import { readCapture } from "../src/capture/capture.js";
import { PcapngWriter, type PacketToWrite } from "../src/capture/pcapng-writer.js";
import { decodeFrame } from "../src/decode/decode.js";

const recorded = fileURLToPath(new URL("../captures/guest.pcapng", import.meta.url));

/** Rows of the given tshark fields, one for each packet of a file. */
function tshark(file: string, ...fields: string[]): string[][] {
  const options = ["-T", "fields", "-E", "separator=|"];
  const output = execFileSync("tshark", ["-n", "-r", file, ...options, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output
    .trimEnd()
    .split("\n")
    .map((line) => line.split("|"));
}

/** A time as tshark prints it: seconds with nine decimals. */
function seconds(timestampNs: bigint): string {
  return `${timestampNs / 1_000_000_000n}.${String(timestampNs % 1_000_000_000n).padStart(9, "0")}`;
}

requireCommands("tshark").describe("tshark", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "opte-sim-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("reads back what the pcapng writer wrote: interfaces, nanoseconds, lengths, directions and comments", () => {
    const frame = Uint8Array.from(Buffer.from("ffffffffffffa84025fafa37080600010800060400", "hex"));
    const packets: PacketToWrite[] = [
      {
        interfaceIndex: 0,
        timestampNs: 1_700_000_000_123_456_789n,
        bytes: frame,
        direction: "outbound",
        comment: "modified",
      },
      { interfaceIndex: 1, timestampNs: 1_700_000_001_000_000_001n, bytes: frame.slice(0, 19), direction: "inbound" },
      { interfaceIndex: 1, timestampNs: 0n, bytes: frame, originalLength: 1500, comment: "dropped: règle 7 → nat" },
    ];
    const file = join(folder, "written.pcapng");
    const blocks: Uint8Array[] = [];
    const writer = new PcapngWriter((block) => blocks.push(block), "opte-sim test");
    writer.addInterface({ linkType: 1, name: "guest" });
    writer.addInterface({ linkType: 1, name: "underlay" });
    for (const packet of packets) writer.addPacket(packet);
    writeFileSync(file, Buffer.concat(blocks));

    const fields = ["frame.interface_name", "frame.time_epoch", "frame.cap_len", "frame.len", "frame.comment"];
    const rows = tshark(file, ...fields, "frame.packet_flags_direction");
    // Its versions print the direction in decimal or hexadecimal.
    expect(rows.map((row) => row.map((value) => value.replace(/^0x0*/, "")))).toEqual([
      ["guest", "1700000000.123456789", "21", "21", "modified", "2"],
      ["underlay", "1700000001.000000001", "19", "19", "", "1"],
      ["underlay", "0.000000000", "21", "1500", "dropped: règle 7 → nat", ""],
    ]);
  });

  it("sees the same packets in the recorded capture as our reader and our decoder", () => {
    const fields = ["frame.time_epoch", "frame.len", "eth.src", "ip.src", "ipv6.src", "tcp.srcport", "udp.srcport"];
    const ours = [...readCapture(readFileSync(recorded))].map((packet) => {
      const layers = decodeFrame(packet.bytes);
      const value = (layer: string, field: string): string =>
        layers.find((each) => each.name === layer)?.fields.find((each) => each.name === field)?.value ?? "";
      return [
        seconds(packet.timestampNs),
        String(packet.originalLength),
        value("Ethernet", "src").toLowerCase(),
        value("IPv4", "src"),
        value("IPv6", "src"),
        value("TCP", "src port"),
        value("UDP", "src port"),
      ];
    });
    expect(ours).toEqual(tshark(recorded, ...fields));
    expect(ours.length).toBeGreaterThan(100);
  });
});
