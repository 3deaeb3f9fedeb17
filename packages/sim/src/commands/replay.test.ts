import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configJson, RECORDED_CAPTURE } from "../../test/replay-inputs.js";
import { readCapture } from "../capture/capture.js";
import { FieldReader, parseJson } from "../conformance/json.js";
import { addReplayCommand } from "./replay.js";
import { UserError } from "xde-binding/program";

let folder: string;
let out: string;
let output: string;
let errors: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opte-sim-"));
  out = join(folder, "out.pcapng");
  output = "";
  errors = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += String(text);
    return true;
  });
  vi.spyOn(console, "log").mockImplementation((line = "") => {
    output += `${String(line)}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((line: string) => {
    errors += `${line}\n`;
  });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  addReplayCommand(program, new URL("../../captures/", import.meta.url));
  await program.parseAsync(["replay", "--out", out, ...args], { from: "user" });
}

/** Writes a file into the folder. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const lines = (): string[] => output.split("\n");
const packetLines = (): string[] => lines().filter((line) => /^ +\d+\.\d{6} {2}(?:in|out) /.test(line));

describe("opte-sim replay", () => {
  it("replays the recorded capture by default: a heading, a line for each packet, the summary, the recording", async () => {
    await run();
    expect(lines()[0]).toMatch(/^ +time {2}dir {2}flow .* verdict .* path .* layer, rule, reason$/);
    expect(packetLines()).toHaveLength(154);
    expect(output).toContain("\n\n154 packets, 65,421 bytes, 8.660024 s\n");
    expect(output).toContain(`Written to ${out}`);
    expect([...readCapture(readFileSync(out))]).toHaveLength(260);
  });

  it("has no colour where standard output is no terminal", async () => {
    await run();
    expect(output).not.toContain("\u001b");
  });

  it("takes another capture and another configuration", async () => {
    const capture = join(folder, "copy.pcapng");
    copyFileSync(RECORDED_CAPTURE, capture);
    const config = file("port.json", JSON.stringify({ ...configJson(), firewallRules: [], routes: [] }));
    await run(capture, "--config", config, "--quiet");
    expect(output).toMatch(/52 {2}out {2}drop {2}router default/);
  });

  it("writes one JSON object a line with --json, the summary last", async () => {
    await run("--json");
    const kinds = lines()
      .filter((line) => line !== "")
      .map((line) => new FieldReader(parseJson(line), "").string("kind"));
    expect(kinds).toHaveLength(155);
    expect(kinds.at(-1)).toBe("summary");
    expect(kinds.filter((kind) => kind === "return")).toHaveLength(56);
  });

  it("writes the summary only with --quiet", async () => {
    await run("--quiet");
    expect(lines()[0]).toBe("154 packets, 65,421 bytes, 8.660024 s");
    expect(packetLines()).toEqual([]);
  });

  it("lists what matches --filter, and recordings and summary still have everything", async () => {
    await run("--filter", "verdict=drop layer=overlay");
    expect(packetLines()).toHaveLength(1);
    expect(output).toContain("154 packets");
    expect([...readCapture(readFileSync(out))]).toHaveLength(260);
  });

  it("warns where no packet is the guest's", async () => {
    await run(
      "--quiet",
      "--config",
      file("port.json", JSON.stringify({ ...configJson(), guestMac: "A8:40:25:00:00:01" })),
    );
    expect(errors).toBe(
      'Warning: No packet comes from the guest "A8:40:25:00:00:01". Is this the configuration of its port?\n',
    );
  });

  it("shows what it has where the capture is damaged, then says where", async () => {
    const capture = file("cut.pcapng", readFileSync(RECORDED_CAPTURE).subarray(0, 20_000));
    await expect(run(capture)).rejects.toThrow(
      /^Capture ".*cut\.pcapng" cannot be read: Corrupt capture at byte \d+: /,
    );
    expect(packetLines().length).toBeGreaterThan(50);
    expect(output).toContain("from the guest");
    expect([...readCapture(readFileSync(out))].length).toBeGreaterThan(50);
  });

  it.each<readonly [string, () => string[], RegExp]>([
    ["a file that is no capture", () => [file("x.pcap", "no capture")], /neither pcap nor pcapng/],
    ["an empty file", () => [file("x.pcap", "")], /the file is empty/],
    ["a capture that is not there", () => [join(folder, "none")], /File ".*none" cannot be read: ENOENT/],
    ["a folder for a capture", () => [folder], /cannot be read: EISDIR/],
    ["a configuration that is not there", () => ["--config", join(folder, "none")], /File ".*none" cannot be read/],
    ["a configuration that is not JSON", () => ["--config", file("c", "{")], /cannot be used: it is not JSON: /],
    [
      "wrong fields, all of them",
      () => ["--config", file("c", JSON.stringify({ ...configJson(), vni: -1, physIp: "x" }))],
      /vni: .*; physIp: |physIp: .*; vni: /,
    ],
    [
      "a route that is none",
      () => {
        const route = { dest: "224.0.0.0/8", target: { kind: "drop" }, class: "system" };
        return ["--config", file("c", JSON.stringify({ ...configJson(), routes: [route] }))];
      },
      /cannot be used: Route to 224\.0\.0\.0\/8 is invalid/,
    ],
    ["a wrong filter", () => ["--filter", "port=x"], /Filter term "port=x" cannot be used/],
    [
      "a recording that cannot be written",
      () => ["--out", join(folder, "none", "out.pcapng")],
      /cannot be written: ENOENT/,
    ],
  ])("tells of %s in one line", async (_, args, message) => {
    const failure: unknown = await run(...args()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toContain("\n");
  });

  it("makes no recording of what is no capture", async () => {
    await expect(run(file("x.pcap", "no capture"))).rejects.toThrow(UserError);
    expect(existsSync(out)).toBe(false);
  });

  it("does not write over the capture", async () => {
    const capture = join(folder, "out.pcapng");
    copyFileSync(RECORDED_CAPTURE, capture);
    await expect(run(capture)).rejects.toThrow(/is the capture: --out would replace it/);
    expect(readFileSync(capture).equals(readFileSync(RECORDED_CAPTURE))).toBe(true);
  });
});
