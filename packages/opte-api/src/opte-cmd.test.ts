// Numbers of the ioctl commands (spec 05 §1, §5).

import { describe, expect, it } from "vitest";
import { ExtensionCmd, isOpteCmd, OpteCmd, XDE_IOC, XDE_OPTE_CMD } from "./opte-cmd.js";

describe("OpteCmd", () => {
  it("gives each of the 37 commands a number of its own", () => {
    const numbers = Object.values(OpteCmd);
    expect(numbers).toHaveLength(37);
    expect(new Set(numbers).size).toBe(37);
  });

  it("knows all of them, those included that the reference's own check forgets", () => {
    for (const number of Object.values(OpteCmd)) expect(isOpteCmd(number)).toBe(true);
    expect([OpteCmd.AttachSubnet, OpteCmd.DetachSubnet]).toEqual([92, 93]);
  });

  it.each([0, 2, 94, 110, 1000, -1, 1.5, Number.NaN])("knows no command %s", (number) => {
    expect(isOpteCmd(number)).toBe(false);
  });
});

describe("ExtensionCmd", () => {
  it("has numbers of its own from 1000 on, which are none of the reference's", () => {
    const numbers = Object.values(ExtensionCmd);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) {
      expect(number).toBeGreaterThanOrEqual(1000);
      expect(isOpteCmd(number)).toBe(false);
    }
  });
});

describe("the ioctl request", () => {
  it("is -562596095 as a signed number", () => {
    expect(XDE_OPTE_CMD | 0).toBe(-562_596_095);
    expect(XDE_OPTE_CMD - XDE_IOC).toBe(1);
  });
});
