// The walk-through of xded, run line by line on the built programs.

import { once } from "node:events";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DocumentSession } from "./document-session.ts";
import { requireCommands } from "./requirement.ts";

/** Ports of the document, and others that are free here. */
const session = new DocumentSession("docs/xded.md", [
  [":6081", `:${await freeUdpPort()}`],
  [":6082", `:${await freeUdpPort()}`],
  [":9190", `:${await freeTcpPort()}`],
]);

requireCommands("curl").describe("the walk-through of xded", () => {
  let printed: string[] = [];

  beforeAll(async () => {
    printed = await session.run();
  }, 120_000);

  afterAll(() => {
    session.remove();
  });

  it.each(session.steps.map((step, i) => ({ ...step, i })))("$command", ({ output, i }) => {
    expect(printed[i]).toBe(output);
  });
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp6").bind(0, "::1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port");
  return address.port;
}
