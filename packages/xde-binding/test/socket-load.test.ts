// A hundred clients at once over real sockets, while the device's guests go on talking: 1,000 commands each when OPTE_FUZZ is `full`, a
// twentieth otherwise.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { API_VERSION, Ipv4Addr, MacAddr, OpteCmd, OpteError } from "opte-api";
import { BodyFormat, decodeBody, encodeBody, noResp, opteError } from "opte-api/codec";
import { XDE_COMMANDS } from "oxide-vpc/api";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type DeviceHandlers,
  MemoryLink,
  UnixSocketServer,
  UnixSocketTransport,
  XdeClient,
  XdeEntryPoint,
} from "../src/index.js";
import { FrameReader, readAnswer, requestFrame } from "../src/transport/socket-frame.js";
import { AttachedGuest } from "./guest.js";
import { guest, SledBench, VNI } from "./sled-bench.js";

const CLIENTS = 100;
const COMMANDS = process.env["OPTE_FUZZ"] === "full" ? 1000 : 50;
const TIMEOUT_MS = 600_000;
/** Most commands between two turns of the guests: two turns of the socket, as neither knows when the other's begins. */
const MOST_BETWEEN = 16;

const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");
const phys = { ether: MacAddr.parse("a8:40:25:ff:00:09"), ip: A.physIp, vni: VNI };

let folder: string;
let path: string;
let bench: SledBench;
let server: UnixSocketServer;
/** Commands that the device has carried out. */
let commands: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xde-load-"));
  path = join(folder, "xde.sock");
  bench = new SledBench([...MemoryLink.pair("u1", "far1"), ...MemoryLink.pair("u2", "far2")]);
  await bench.underlay("u1", "u2");
  await bench.create(A);
  await bench.create(B);
  commands = 0;
  const { handlers } = bench.xde;
  const counted: DeviceHandlers = {
    ...handlers,
    SetVirt2Phys: (request) => {
      commands++;
      return handlers.SetVirt2Phys(request);
    },
    ListLayers: (request) => {
      commands++;
      return handlers.ListLayers(request);
    },
  };
  server = await UnixSocketServer.listen(new XdeEntryPoint(counted), { path, rights: "configure" });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** An address of no other client and command. */
function vipOf(client: number, command: number): Ipv4Addr {
  return Ipv4Addr.fromNumber(0x0b00_0000 + client * 1000 + command);
}

function nameOf(client: number, command: number): string {
  return `client ${client} command ${command}`;
}

/** Changes that only this client makes, and questions whose answers say who asked; each command when the last one was answered. */
async function talk(client: number): Promise<void> {
  const xde = new XdeClient(new UnixSocketTransport(path), { firstRespLen: 16 });
  for (let i = 0; i < COMMANDS; i++) {
    if (i % 2 === 0) {
      await xde.setVirt2Phys({ vip: vipOf(client, i), phys });
    } else {
      const port = nameOf(client, i);
      const error: unknown = await xde.listLayers({ portName: port }).catch((reason: unknown) => reason);
      expect(error).toHaveProperty("cause.payload", new OpteError({ kind: "PortNotFound", port }).payload);
    }
  }
  xde.close();
}

/** The same, but all commands are sent before the first answer is read. */
async function talkAhead(client: number): Promise<void> {
  const socket = connect(path);
  await once(socket, "connect");
  for (let i = 0; i < COMMANDS; i++) socket.write(frameOf(client, i));
  const reader = new FrameReader();
  let answers = 0;
  for await (const piece of socket) {
    // Unwrap: a socket without encoding delivers bytes
    for (const frame of reader.push(piece as Uint8Array)) {
      const { errno } = readAnswer(frame);
      if (answers % 2 === 0)
        expect([errno, decodeBody(BodyFormat.Cbor, noResp, frame.body)]).toEqual([0, { unused: 0 }]);
      else {
        const { payload } = decodeBody(BodyFormat.Cbor, opteError, frame.body);
        expect(payload).toEqual({ kind: "PortNotFound", port: nameOf(client, answers) });
      }
      answers++;
    }
    if (answers === COMMANDS) break;
  }
  expect(answers).toBe(COMMANDS);
}

function frameOf(client: number, command: number): Uint8Array {
  const isChange = command % 2 === 0;
  const { SetVirt2Phys, ListLayers } = XDE_COMMANDS;
  const body = isChange
    ? encodeBody(BodyFormat.Cbor, SetVirt2Phys.request, { vip: vipOf(client, command), phys })
    : encodeBody(BodyFormat.Cbor, ListLayers.request, { portName: nameOf(client, command) });
  const argument = {
    apiVersion: API_VERSION,
    cmd: isChange ? OpteCmd.SetVirt2Phys : OpteCmd.ListLayers,
    flags: 0,
    reserved1: BodyFormat.Cbor,
    reqBytes: 0n,
    reqLen: body.length,
    respBytes: 0n,
    respLen: 4096,
    respLenNeeded: 0,
  };
  return requestFrame(argument, body);
}

it(
  `loses and crosses no answer of ${CLIENTS} clients with ${COMMANDS} commands each, and guests have their turn every few commands`,
  async () => {
    const a = new AttachedGuest(bench, A);
    const b = new AttachedGuest(bench, B);
    const guests = { areTalking: true };
    let turns = 0;
    let mostBetween = 0;
    const talking = (async (): Promise<void> => {
      for (let before = commands; guests.areTalking; turns++) {
        mostBetween = Math.max(mostBetween, commands - before);
        before = commands;
        a.sendUdp(B.ip4);
        b.sendUdp(A.ip4);
        // What is sent is there at once, whatever commands wait
        expect([a.received.length, b.received.length]).toEqual([turns + 1, turns + 1]);
        await nextTurn();
      }
    })();
    await Promise.all(Array.from({ length: CLIENTS }, (_, i) => (i % 2 === 0 ? talk(i) : talkAhead(i))));
    guests.areTalking = false;
    await talking;

    // Every change is there, and nothing was carried out twice, though half of the clients had no room for an answer at first
    const { mappings } = await new XdeClient(new UnixSocketTransport(path)).dumpVirt2Phys();
    const vips = new Set(mappings.flatMap(({ ip4 }) => ip4.map(([vip]) => String(vip))));
    for (let client = 0; client < CLIENTS; client++)
      for (let i = 0; i < COMMANDS; i += 2) expect(vips.has(String(vipOf(client, i)))).toBe(true);
    expect(commands).toBe(CLIENTS * COMMANDS);

    // No packet was lost, and none had to wait for more than a few of all these commands
    expect([a.received.length, b.received.length]).toEqual([turns, turns]);
    expect(mostBetween).toBeGreaterThan(0);
    expect(mostBetween).toBeLessThanOrEqual(MOST_BETWEEN);
  },
  TIMEOUT_MS,
);
