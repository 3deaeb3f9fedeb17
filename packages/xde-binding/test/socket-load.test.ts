// A hundred clients at once over real sockets, while the device's guests go on talking: 1,000 commands each when OPTE_FUZZ is `full`, a
// twentieth otherwise.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Ipv4Addr, MacAddr, OpteError } from "opte-api";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MemoryLink, UnixSocketServer, UnixSocketTransport, XdeClient, XdeEntryPoint } from "../src/index.js";
import { AttachedGuest } from "./guest.js";
import { guest, SledBench, VNI } from "./sled-bench.js";

const CLIENTS = 100;
const COMMANDS = process.env["OPTE_FUZZ"] === "full" ? 1000 : 50;
const TIMEOUT_MS = 600_000;

const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");

let folder: string;
let path: string;
let bench: SledBench;
let server: UnixSocketServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xde-load-"));
  path = join(folder, "xde.sock");
  bench = new SledBench([...MemoryLink.pair("u1", "far1"), ...MemoryLink.pair("u2", "far2")]);
  await bench.underlay("u1", "u2");
  await bench.create(A);
  await bench.create(B);
  server = await UnixSocketServer.listen(new XdeEntryPoint(bench.xde.handlers), { path, rights: "configure" });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** An address of no other client and command. */
function vipOf(client: number, command: number): Ipv4Addr {
  return Ipv4Addr.fromNumber(0x0b00_0000 + client * 1000 + command);
}

/** Changes that only this client makes, and questions whose answers say who asked. */
async function talk(client: number, { xde }: { readonly xde: XdeClient }): Promise<void> {
  const phys = { ether: MacAddr.parse("a8:40:25:ff:00:09"), ip: A.physIp, vni: VNI };
  for (let i = 0; i < COMMANDS; i++) {
    if (i % 2 === 0) {
      await xde.setVirt2Phys({ vip: vipOf(client, i), phys });
    } else {
      const port = `client ${client} command ${i}`;
      const error: unknown = await xde.listLayers({ portName: port }).catch((reason: unknown) => reason);
      expect(error).toHaveProperty("cause.payload", new OpteError({ kind: "PortNotFound", port }).payload);
    }
  }
}

it(
  `loses and crosses no answer of ${CLIENTS} clients with ${COMMANDS} commands each, and guests go on talking`,
  async () => {
    const a = new AttachedGuest(bench, A);
    const b = new AttachedGuest(bench, B);
    const guests = { areTalking: true };
    let turns = 0;
    const talking = (async (): Promise<void> => {
      for (; guests.areTalking; turns++) {
        a.sendUdp(B.ip4);
        b.sendUdp(A.ip4);
        await nextTurn();
      }
    })();
    const clients = Array.from({ length: CLIENTS }, () => ({
      xde: new XdeClient(new UnixSocketTransport(path), { firstRespLen: 16 }),
    }));
    await Promise.all(clients.map((client, i) => talk(i, client)));
    guests.areTalking = false;
    await talking;

    // Every change is there, once
    const { mappings } = await new XdeClient(new UnixSocketTransport(path)).dumpVirt2Phys();
    const vips = new Set(mappings.flatMap(({ ip4 }) => ip4.map(([vip]) => String(vip))));
    for (let client = 0; client < CLIENTS; client++)
      for (let i = 0; i < COMMANDS; i += 2) expect(vips.has(String(vipOf(client, i)))).toBe(true);

    // No packet was lost, and they did not wait for the commands to end
    expect(turns).toBeGreaterThan(COMMANDS);
    expect([a.received.length, b.received.length]).toEqual([turns, turns]);
    for (const { xde } of clients) xde.close();
  },
  TIMEOUT_MS,
);
