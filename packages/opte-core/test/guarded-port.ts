// A running port with one layer that lets out and keeps in: the smallest that processes packets.

import { MacAddr } from "opte-api";
import { PortBuilder } from "../src/port/builder.js";
import type { Port } from "../src/port/port.js";
import { parseGuest } from "../src/packet/parse.js";
import type { Providers } from "../src/provider/providers.js";

/**
 * Layer `guard` denies what comes in and remembers what goes out.
 *
 * @param limit of each flow table
 */
export function guardedPort(providers: Partial<Providers>, limit: number): Port {
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => 0 }, ...providers })
    .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: limit }, { at: "first" })
    .create(
      { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: limit, tcp: limit },
    );
  port.start();
  return port;
}
