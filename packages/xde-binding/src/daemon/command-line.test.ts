import { describe, expect, it } from "vitest";
import { type CommandLine, readCommandLine } from "./command-line.js";

const FILE = {
  state: "/file/state",
  socket: "/file/xde.sock",
  listen: "127.0.0.1:1",
  underlay: { bind: "udp:[::1]:1", peers: ["fd00::1=[::1]:2"] },
  guests: { opte0: "/file/guest.sock" },
  flows: "keep",
};

/** What a daemon would be started with. */
function run(args: readonly string[], file: unknown = {}): Extract<CommandLine, { readonly kind: "run" }> {
  const commandLine = readCommandLine(args, () => file);
  if (commandLine.kind !== "run") throw new Error(`It is ${commandLine.kind}`);
  return commandLine;
}

describe("readCommandLine", () => {
  it("needs nothing", () => {
    expect(run([])).toMatchObject({
      logLevel: "info",
      socket: undefined,
      options: { underlay: undefined, listen: undefined, flows: "forget", ports: [] },
    });
  });

  it("takes what the file says", () => {
    const { socket, options } = run(["--config", "xded.json"], FILE);
    expect(socket).toBe("/file/xde.sock");
    expect(options).toMatchObject({
      state: "/file/state",
      listen: { host: "127.0.0.1", port: 1 },
      underlay: { bind: { port: 1 }, peers: [{ endpoint: { port: 2 } }] },
      flows: "keep",
    });
    expect([...options.guests]).toEqual([["opte0", "/file/guest.sock"]]);
  });

  it("lets options win, and adds peers and guests to those of the file", () => {
    const args = [
      "--config",
      "f",
      "--state",
      "/s",
      "--socket",
      "/x",
      "--listen",
      "[::1]:9",
      "--underlay",
      "udp:[::]:3",
    ];
    const more = ["--peer", "fd00::2=[::1]:4", "--guest", "opte1=unix:/g", "--guest", "opte0=unix:/h"];
    const { socket, options } = run([...args, ...more], FILE);
    expect(socket).toBe("/x");
    expect(options).toMatchObject({
      state: "/s",
      listen: { host: "::1", port: 9 },
      underlay: { bind: { port: 3 }, peers: [{ endpoint: { port: 2 } }, { endpoint: { port: 4 } }] },
    });
    expect([...options.guests]).toEqual([
      ["opte0", "/h"],
      ["opte1", "/g"],
    ]);
  });

  it("reads --help and --version before anything else", () => {
    expect(readCommandLine(["-h", "--listen", "x"], () => ({}))).toEqual({ kind: "help" });
    expect(readCommandLine(["-V"], () => ({}))).toEqual({ kind: "version" });
  });

  it.each([
    [["--bogus"], "--bogus"],
    [["stray"], "stray"],
    [["--listen", "9190"], '--listen: Cannot parse "9190" as socket address'],
    [["--underlay", "[::1]:1"], '--underlay: Cannot parse "[::1]:1" as UDP underlay'],
    [["--underlay", "udp:[::1]:1", "--peer", "fd00::1"], '--peer: Cannot parse "fd00::1" as peer'],
    [["--peer", "fd00::1=[::1]:1"], "--peer: there is no underlay; give --underlay too"],
    [["--guest", "opte0"], '--guest: "opte0" is not PORT=unix:PATH'],
    [["--log-level", "loud"], '--log-level: "loud" is none of debug, info, warn, error, silent'],
  ])("refuses %j and names what is wrong", (args, message) => {
    expect(() => readCommandLine(args, () => ({}))).toThrow(message);
  });
});
