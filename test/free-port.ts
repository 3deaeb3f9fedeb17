// Ports of the loopback that were free a moment ago.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A free UDP port of `::1`. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp6").bind(0, "::1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => {
    socket.close(resolve);
  });
  return port;
}

/** A free TCP port of `127.0.0.1`. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port");
  return address.port;
}
