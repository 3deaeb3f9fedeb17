// The example in docs/socket-protocol.md, which is in another language, talks to a real device.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { requireCommands } from "../../../test/requirement.js";
import { UnixSocketServer, XdeEntryPoint } from "../src/index.js";
import { handlersOf } from "./handlers-of.js";

const PAGE = new URL("../../../docs/socket-protocol.md", import.meta.url);

requireCommands("python3").describe("the socket protocol's example", () => {
  it("asks for the layers of xde0 and gets them", async () => {
    const [, program = ""] = /```python\n(.*?)```/s.exec(readFileSync(PAGE, "utf8")) ?? [];
    const folder = mkdtempSync(join(tmpdir(), "xde-page-"));
    const path = join(folder, "xde.sock");
    const asked: string[] = [];
    const device = handlersOf({
      ListLayers: ({ portName }) => {
        asked.push(portName);
        return { layers: [] };
      },
    });
    const server = await UnixSocketServer.listen(new XdeEntryPoint(device), { path, rights: "read" });
    try {
      const { stdout } = await promisify(execFile)("python3", ["-c", program.replace("/run/opte/xde.sock", path)]);
      expect(stdout).toBe("0 1 b'\\xa1flayers\\x80'\n");
      expect(asked).toEqual(["xde0"]);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
