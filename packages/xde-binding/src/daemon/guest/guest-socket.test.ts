import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ipv4Addr } from "opte-api";
import { NULL_LOG } from "opte-core";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { echo, ICMP, ipFrame, readFrame } from "../../../../oxide-vpc/test/frames.js";
import { guest, SledBench } from "../../../test/sled-bench.js";
import { MemoryLink } from "../../link/memory-link.js";
import { FrameSplitter, lengthPrefixed } from "./frame-splitter.js";
import { GuestSocket } from "./guest-socket.js";

const A = guest(1, "fd44::1");
const GATEWAY = Ipv4Addr.parse("10.0.0.254");
/** To the gateway, for which the port answers. */
const PING = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, GATEWAY, echo(ICMP, 8, 7));

let folder: string;
let path: string;
let sled: SledBench;
let server: GuestSocket;
const clients: Socket[] = [];

async function plug(): Promise<Socket> {
  const socket = connect(path);
  clients.push(socket);
  await once(socket, "connect");
  return socket;
}

const counter = (field: string): number | undefined => sled.stats.snapshot().get("xded:guest_opte0")?.[field];
const portState = (): string => sled.xde.port(A.name).port.state;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-guest-"));
  path = join(folder, "guest.sock");
  await writeFile(path, "left over");
  const [link] = MemoryLink.pair("net0", "wire");
  sled = new SledBench([link]);
  await sled.underlay("net0", "net0");
  await sled.create(A);
  server = await GuestSocket.listen({ xde: sled.xde, portName: A.name, path, log: NULL_LOG, stats: sled.stats });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
  await rm(folder, { recursive: true });
});

describe("GuestSocket", () => {
  it("opens the port for its guest, carries frames both ways, and closes the port when the guest leaves", async () => {
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
    expect(portState()).toBe("ready");
    const wire = await plug();
    const splitter = new FrameSplitter();
    const received: Uint8Array[] = [];
    wire.on("data", (piece) => received.push(...splitter.push(piece)));
    wire.write(lengthPrefixed(PING));
    await vi.waitFor(() => {
      expect(received).toHaveLength(1);
    });
    expect(portState()).toBe("running");
    expect(readFrame(received[0] ?? new Uint8Array())).toMatchObject({
      src: GATEWAY.toString(),
      dst: A.ip4.toString(),
    });
    expect([counter("rx_frames"), counter("tx_frames")]).toEqual([1, 1]);
    wire.end();
    await vi.waitFor(() => {
      expect(portState()).toBe("ready");
    });
  });

  it("refuses a second guest, and one that sends what is no frame", async () => {
    const first = await plug();
    await vi.waitFor(() => {
      expect(portState()).toBe("running");
    });
    const second = await plug();
    await once(second, "close");
    expect(counter("refused")).toBe(1);
    first.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await once(first, "close");
    await vi.waitFor(() => {
      expect(portState()).toBe("ready");
    });
  });

  it("loses what a guest does not read, beyond a bound, and says how much", async () => {
    const wire = await plug();
    wire.pause();
    await vi.waitFor(() => {
      expect(portState()).toBe("running");
    });
    const frames = Buffer.concat(Array.from({ length: 2000 }, () => lengthPrefixed(PING)));
    await vi.waitFor(
      () => {
        wire.write(frames);
        expect(counter("tx_lost")).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 5 },
    );
  });
});
