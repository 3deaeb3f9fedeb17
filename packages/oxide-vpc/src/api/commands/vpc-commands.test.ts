// The table of commands (spec 05 §5).

import { ExtensionCmd, OpteCmd, type OpteCmdName } from "opte-api";
import { FRAME_REQUEST_LIMITS, READ_REQUEST_LIMITS, REQUEST_LIMITS } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import { XDE_COMMANDS, XDE_EXTENSIONS, xdeCommand } from "./vpc-commands.js";

const ALL = Object.values(XDE_COMMANDS);
const OWN = Object.values(XDE_EXTENSIONS);

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

  it("lets those who may only look send what a question takes, and not more", () => {
    const looking = [...ALL, ...OWN].filter(({ rights }) => rights === "read");
    const longer = looking.filter(({ limits }) => limits !== READ_REQUEST_LIMITS);
    expect(longer.map(({ cmd, limits }) => [cmd, limits])).toEqual([["Explain", FRAME_REQUEST_LIMITS]]);
    for (const { cmd, rights, limits } of [...ALL, ...OWN])
      if (rights === "configure") expect(limits, cmd).toBe(REQUEST_LIMITS);
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
    for (const descriptor of [...ALL, ...OWN]) expect(xdeCommand(descriptor.number)).toBe(descriptor);
    expect(xdeCommand(0)).toBeUndefined();
    expect(xdeCommand(999)).toBeUndefined();
  });
});

describe("the table of our own commands", () => {
  it("has every command under its name and number, apart from the reference's", () => {
    expect(Object.fromEntries(OWN.map(({ cmd, number }) => [cmd, number]))).toEqual(ExtensionCmd);
    for (const [name, { cmd }] of Object.entries(XDE_EXTENSIONS)) expect(cmd).toBe(name);
    for (const { cmd } of OWN) expect(cmd in XDE_COMMANDS, cmd).toBe(false);
  });

  it("asks for the right to configure where a port would change", () => {
    const configuring = OWN.filter(({ rights }) => rights === "configure").map(({ cmd }) => cmd);
    expect(configuring.toSorted()).toEqual(["AddFwRuleId", "CommitRestore", "OpenRestore", "WriteRestore"]);
  });
});
