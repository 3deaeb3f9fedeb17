// The table of commands (spec 05 §5).

import { OpteCmd, type OpteCmdName } from "opte-api";
import { describe, expect, it } from "vitest";
import { XDE_COMMANDS, xdeCommand } from "./vpc-commands.js";

const ALL = Object.values(XDE_COMMANDS);

describe("the table of commands", () => {
  it("has every command under its name and number", () => {
    const numbers = Object.fromEntries(ALL.map(({ cmd, number }) => [cmd, number]));
    expect(numbers).toEqual(OpteCmd);
    for (const [name, { cmd }] of Object.entries(XDE_COMMANDS)) expect(cmd).toBe(name);
  });

  it("lets those who may only look list and dump, and nothing else", () => {
    for (const { cmd, rights } of ALL) {
      expect(rights, cmd).toBe(/^(List|Dump)/.test(cmd) ? "read" : "configure");
    }
  });

  it("has a request for all but those that ask for everything, or clear it", () => {
    const bare = ALL.filter(({ request }) => request === undefined).map(({ cmd }) => cmd);
    expect(bare.toSorted()).toEqual([
      "ClearXdeUnderlay",
      "DumpMcast2Phys",
      "DumpMcastForwarding",
      "DumpMcastSubscriptions",
      "DumpVirt2Boundary",
      "DumpVirt2Phys",
      "ListPorts",
    ] satisfies OpteCmdName[]);
  });

  it("is searched by number", () => {
    for (const descriptor of ALL) expect(xdeCommand(descriptor.number)).toBe(descriptor);
    expect(xdeCommand(0)).toBeUndefined();
    expect(xdeCommand(1000)).toBeUndefined();
  });
});
