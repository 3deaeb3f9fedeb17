// The transport to the real xde, as far as a machine without one can show it.

import { describe, expect, it } from "vitest";
import { XdeClient } from "../client/xde-client.js";
import { IllumosDeviceTransport } from "./illumos-device-transport.js";

describe("the character device", () => {
  it("is not attached where there is none", async () => {
    const client = new XdeClient(new IllumosDeviceTransport());
    await expect(client.listPorts()).rejects.toMatchObject({ fault: { kind: "DriverNotAttached", path: "/dev/xde" } });
  });

  it("is asked by a real ioctl, which other devices do not know (ENOTTY)", async () => {
    const client = new XdeClient(new IllumosDeviceTransport("/dev/null"));
    await expect(client.listPorts()).rejects.toThrow("ioctl ListPorts failed: error number 25");
    await expect(client.listLayers({ portName: "xde0" })).rejects.toThrow("ioctl ListLayers failed: error number 25");
    client.close();
    client.close();
  });

  it("is never sent a command of our own", async () => {
    const client = new XdeClient(new IllumosDeviceTransport("/dev/null"));
    await expect(client.listStats()).rejects.toMatchObject({ kind: "NotSupported" });
  });
});
