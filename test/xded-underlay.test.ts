// Two `xded` processes with a guest each: what the guests say to each other crosses both ports and a UDP underlay. Needs built packages.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ipv4Addr, MacAddr } from "opte-api";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { echo, ICMP, ipFrame, type Message, readFrame, SYN, tcp } from "../packages/oxide-vpc/test/frames.ts";
import { freeUdpPort } from "./free-port.ts";
import { requirement } from "./requirement.ts";
import { XdedProcess } from "./xded-process.ts";

const VNI = 1000;
const [FIN, PSH, ACK] = [0x01, 0x08, 0x10];

/** A guest and the sled that it is on. */
interface Guest {
  readonly name: string;
  readonly ip: Ipv4Addr;
  readonly mac: MacAddr;
  readonly physIp: string;
}

const A: Guest = guest(1, "fd44::1");
const B: Guest = guest(2, "fd77::1");

function guest(number: number, physIp: string): Guest {
  return {
    name: `opte${number}`,
    ip: Ipv4Addr.parse(`10.0.0.${number}`),
    mac: MacAddr.parse(`A8:40:25:FF:00:0${number}`),
    physIp,
  };
}

/** A port's end in a guest: frames behind their lengths on a Unix socket. */
class Wire {
  readonly guest: Guest;
  /** Frames that came, in their order. */
  readonly received: Uint8Array[] = [];
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(of: Guest, socket: Socket) {
    this.guest = of;
    this.#socket = socket.on("data", (piece: Buffer) => {
      this.#take(piece);
    });
  }

  static async plug(of: Guest, path: string): Promise<Wire> {
    const socket = connect(path);
    await once(socket, "connect");
    return new Wire(of, socket);
  }

  /** Sends a message to another guest, by the gateway. */
  send(to: Guest, message: Message): void {
    const frame = ipFrame({ src: this.guest.mac, dst: GATEWAY_MAC }, this.guest.ip, to.ip, message);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    this.#socket.write(Buffer.concat([length, frame]));
  }

  /** Waits for the next frame. @returns what stands behind its IP header; its checksums are right */
  async next(): Promise<Uint8Array> {
    await vi.waitFor(
      () => {
        expect(this.received.length).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 5 },
    );
    const { message, isSound, dstMac } = readFrame(this.received.shift() ?? new Uint8Array());
    expect(isSound).toBe(true);
    expect(dstMac).toBe(this.guest.mac.toString());
    return message;
  }

  unplug(): void {
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE(0)) {
      const end = 4 + this.#rest.readUInt32BE(0);
      this.received.push(Uint8Array.from(this.#rest.subarray(4, end)));
      this.#rest = this.#rest.subarray(end);
    }
  }
}

function configOf(own: Guest, other: Guest, ports: ReadonlyMap<Guest, number>, folder: string): object {
  return {
    underlay: {
      bind: `udp:[::1]:${ports.get(own) ?? 0}`,
      peers: [`${other.physIp}=[::1]:${ports.get(other) ?? 0}`],
    },
    guests: { [own.name]: join(folder, "guest.sock") },
    ports: [
      {
        name: own.name,
        ipCfg: { ipv4: { vpcSubnet: "10.0.0.0/24", privateIp: own.ip.toString(), gatewayIp: "10.0.0.254" } },
        guestMac: own.mac.toString(),
        gatewayMac: GATEWAY_MAC.toString(),
        vni: VNI,
        physIp: own.physIp,
        limits: { uft: 1024, tcp: 1024, firewall: 1024, nat: 1024 },
        firewallRules: [{ direction: "in", action: "allow", priority: 10, filters: {} }],
        routes: [{ dest: "10.0.0.0/24", target: { kind: "vpcSubnet", cidr: "10.0.0.0/24" }, class: "system" }],
        v2p: [{ vip: other.ip.toString(), phys: { ether: other.mac.toString(), ip: other.physIp, vni: VNI } }],
      },
    ],
  };
}

let folder: string;
let ports: ReadonlyMap<Guest, number>;
let sleds: XdedProcess[];
let a: Wire;
let b: Wire;

async function startSled(own: Guest, other: Guest): Promise<Wire> {
  const home = join(folder, own.name);
  await mkdir(home);
  await writeFile(join(home, "xded.json"), JSON.stringify(configOf(own, other, ports, home)));
  sleds.push(await XdedProcess.start(home, ["--config", join(home, "xded.json")]));
  return Wire.plug(own, join(home, "guest.sock"));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-underlay-"));
  sleds = [];
  ports = new Map([
    [A, await freeUdpPort()],
    [B, await freeUdpPort()],
  ]);
  a = await startSled(A, B);
  b = await startSled(B, A);
});
afterEach(async () => {
  for (const wire of [a, b]) wire.unplug();
  for (const sled of sleds) await sled.end("SIGTERM");
  await rm(folder, { recursive: true });
});

async function ping(): Promise<void> {
  a.send(B, echo(ICMP, 8, 7));
  expect([...(await b.next())].slice(0, 2)).toEqual([8, 0]);
  b.send(A, echo(ICMP, 0, 7));
  expect([...(await a.next())].slice(0, 2)).toEqual([0, 0]);
}

/** Sends a segment and sees it arrive. @returns the flags and the body that came */
async function segment(from: Wire, to: Wire, message: Message): Promise<readonly [flags: number, body: string]> {
  from.send(to.guest, message);
  const received = await to.next();
  return [received[13] ?? 0, Buffer.from(received.slice(20)).toString()];
}

/** The state of the one TCP flow of a sled, and what its port says of the ways that packets took. */
async function tcpState(sled: XdedProcess | undefined, of: Guest): Promise<string | undefined> {
  const client = sled?.client();
  const { flows } = (await client?.dumpTcpFlows({ portName: of.name })) ?? { flows: [] };
  client?.close();
  expect(flows.length).toBeLessThan(2);
  return flows[0]?.[1].tcpState.tcpState;
}

describe("two xded processes", () => {
  it("carry a ping between their guests", async () => {
    await ping();
  });

  it("carry a TCP conversation, which both ports follow", async () => {
    const [client, server] = [40_000, 80];
    const text = (words: string): number[] => [...Buffer.from(words)];
    expect(await segment(a, b, tcp(client, server, SYN, 100))).toEqual([SYN, ""]);
    expect(await segment(b, a, tcp(server, client, SYN | ACK, 500, 101))).toEqual([SYN | ACK, ""]);
    expect(await segment(a, b, tcp(client, server, ACK, 101, 501))).toEqual([ACK, ""]);
    expect(await segment(a, b, tcp(client, server, PSH | ACK, 101, 501, text("hello")))).toEqual([PSH | ACK, "hello"]);
    expect(await segment(b, a, tcp(server, client, PSH | ACK, 501, 106, text("hi")))).toEqual([PSH | ACK, "hi"]);
    expect([await tcpState(sleds[0], A), await tcpState(sleds[1], B)]).toEqual(["Established", "Established"]);
    expect(await segment(a, b, tcp(client, server, FIN | ACK, 106, 503))).toEqual([FIN | ACK, ""]);
    expect(await segment(b, a, tcp(server, client, ACK, 503, 107))).toEqual([ACK, ""]);
    expect([await tcpState(sleds[0], A), await tcpState(sleds[1], B)]).toEqual(["FinWait2", "CloseWait"]);
  });

  it("tell a trace of the packets that pass, and explain one without its passing", async () => {
    const client = sleds[0]?.client();
    if (client === undefined) throw new Error("There is no sled");
    const { traceId } = await client.openTrace({ probes: ["opte-port-process"], portName: A.name });
    const frame = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip, B.ip, echo(ICMP, 8, 7));
    const explained = await client.explain({ portName: A.name, dir: "out", frame });
    expect(explained.verdict).toBe("modified");
    expect(explained.steps.map(({ layer }) => layer)).toEqual(
      expect.arrayContaining(["gateway", "firewall", "router", "nat", "overlay"]),
    );
    expect((await client.readTrace({ traceId, maxEvents: 10 })).events).toEqual([]);
    await ping();
    const { events } = await client.readTrace({ traceId, maxEvents: 10 });
    const text = (field: number): unknown[] => events.map(({ fields }) => fields[field]?.[1]);
    expect(events.map(({ probe }) => probe)).toEqual(["port-process", "port-process"]);
    expect(text(1)).toEqual([
      { kind: "text", text: "OUT" },
      { kind: "text", text: "IN" },
    ]);
    client.close();
  });
});

requirement("debian", "tshark, as root", () => {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}).describe("tshark on the loopback", () => {
  it("sees Geneve with the VPC's VNI in both directions", async () => {
    const udpPorts = [...ports.values()];
    const decode = udpPorts.flatMap((port) => ["-d", `udp.port==${port},geneve`]);
    const fields = ["udp.dstport", "geneve.vni", "ip.src", "icmp.type", "_ws.malformed"].flatMap((field) => [
      "-e",
      field,
    ]);
    const filter = udpPorts.map((port) => `udp port ${port}`).join(" or ");
    const tshark = spawn("tshark", [
      "-i",
      "lo",
      "-n",
      "-l",
      "-c",
      "2",
      "-f",
      filter,
      ...decode,
      "-T",
      "fields",
      ...fields,
    ]);
    let [rows, said] = ["", ""];
    tshark.stdout.setEncoding("utf8").on("data", (text: string) => (rows += text));
    tshark.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = once(tshark, "close");
    await vi.waitFor(
      () => {
        expect(said).toContain("Capturing on");
      },
      { timeout: 20_000 },
    );
    // It says so a moment before it does so: ping until it has seen two frames.
    while (tshark.exitCode === null) await ping();
    await ended;
    const [portA, portB] = [ports.get(A) ?? 0, ports.get(B) ?? 0];
    const vni = `0x${VNI.toString(16).padStart(6, "0")}`;
    const request = `${portB}\t${vni}\t${A.ip.toString()}\t8\t`;
    const reply = `${portA}\t${vni}\t${B.ip.toString()}\t0\t`;
    expect(
      rows
        .trimEnd()
        .split("\n")
        .map((row) => `${row.trimEnd()}\t`)
        .sort(),
    ).toEqual([request, reply].sort());
  });
});
