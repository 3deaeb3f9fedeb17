// The transport to the real xde, as far as a machine without one can show it.

import { describe, expect, it } from "vitest";
import { createReq, guest } from "../../test/sled-bench.js";
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

  it("is not asked for a port without a data-link id, which nobody gives out here", async () => {
    const client = new XdeClient(new IllumosDeviceTransport("/dev/null"));
    const request = createReq(guest(1, "fd44::1"));
    const refused = client.createXde({ ...request, linkid: 0 });
    await expect(refused).rejects.toMatchObject({ fault: { kind: "NetadmFailed", cmd: "CreateXde" } });
    await expect(refused).rejects.toThrow(
      'CreateXde of "opte0" is not supported without a data-link id: dlmgmtd gives them out, and this client cannot ask it',
    );
    await expect(client.createXde({ ...request, linkid: 7 })).rejects.toThrow(
      "ioctl CreateXde failed: error number 25",
    );
  });

  it("is never sent a command of our own", async () => {
    const client = new XdeClient(new IllumosDeviceTransport("/dev/null"));
    await expect(client.listStats()).rejects.toMatchObject({ kind: "NotSupported" });
  });
});
