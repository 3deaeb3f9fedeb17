// Mutated requests at the entry point of a real device: a million when OPTE_FUZZ is `full`, a hundredth otherwise. A failure names its run
// by a seed; `OPTE_FUZZ=<seed>` does that one alone.

import { API_VERSION, Errno, IpAddr, IpCidr, MacAddr, MulticastUnderlay, OpteCmd, Vni, XDE_OPTE_CMD } from "opte-api";
import {
  BodyFormat,
  decodeBody,
  decodeOpteCmdIoctl,
  encodeBody,
  encodeOpteCmdIoctl,
  opteError,
  type Schema,
} from "opte-api/codec";
import { FirewallRule, RouterTarget, XDE_COMMANDS, xdeCommand } from "oxide-vpc/api";
import { describe, expect, it } from "vitest";
import { BufferMemory, type DeviceConnection, MemoryLink, XdeEntryPoint } from "../src/index.js";
import { fuzzSeeds, runSeeds } from "../../oxide-vpc/test/fuzz/fuzz-seeds.js";
import { Random } from "../../oxide-vpc/test/random.js";
import { usedHeap } from "./heap.js";
import { createReq, guest, SledBench, VNI } from "./sled-bench.js";

const REQUESTS_A_RUN = 2000;
const FULL = 500;
const PART = 5;
/** After so many blocks a device's tables have what mutated requests can put there. */
const FILLING_BLOCKS = 2;
const MEASURED_BLOCKS = 3;
/** Most bytes that a request leaves behind in the mean, be it a mapping or a rule that it has added. */
const MOST_LEFT_BYTES = 200;
const MAX_PORTS = 4;
const TIMEOUT_MS = 1_800_000;

const seeds = fuzzSeeds(FULL, PART);

const A = guest(1, "fd44::1");
const portName = A.name;
const phys = { ether: MacAddr.parse("a8:40:25:ff:00:09"), ip: A.physIp, vni: VNI };
const underlay = MulticastUnderlay.parse("ff04::5");
const group = IpAddr.parse("224.1.2.3");
const filter = { kind: "include", sources: [IpAddr.parse("10.0.0.7"), IpAddr.parse("fd00::7")] } as const;
const rule = FirewallRule.parse(
  "dir=in action=allow priority=7 hosts=subnet=10.0.0.0/8 protocol=icmp6:1,2-3 port=22,443",
);
const cidr = IpCidr.parse("192.168.0.0/16");
const route = { portName, dest: cidr, target: RouterTarget.parse("ip4=10.0.0.3"), class: "system" } as const;

/** A proper request of each command, which mutations start from. */
const PROPER: { readonly [Name in keyof typeof XDE_COMMANDS]: object | undefined } = {
  ListPorts: undefined,
  AddFwRule: { portName, rule },
  RemFwRule: { portName, dir: "in", id: 1 },
  SetFwRules: { portName, rules: [rule, rule] },
  DumpTcpFlows: { portName },
  DumpLayer: { portName, name: "nat" },
  DumpUft: { portName },
  ListLayers: { portName },
  ClearUft: { portName },
  ClearLft: { portName, layerName: "router" },
  SetVirt2Phys: { vip: group, phys },
  DumpVirt2Phys: undefined,
  SetVirt2Boundary: { vip: cidr, tep: [{ ip: A.physIp, vni: Vni.of(99) }] },
  ClearVirt2Boundary: { vip: cidr, tep: [{ ip: A.physIp, vni: Vni.of(99) }] },
  DumpVirt2Boundary: undefined,
  ClearVirt2Phys: { vip: group, phys },
  AddRouterEntry: route,
  DelRouterEntry: route,
  CreateXde: createReq(guest(2, "fd44::1")),
  DeleteXde: { xdeDevname: guest(2, "fd44::1").name },
  SetXdeUnderlay: { u1: "u1", u2: "u2" },
  ClearXdeUnderlay: undefined,
  SetExternalIps: { portName, externalIpsV4: { floatingIps: [IpAddr.parse("1.2.3.4")] }, inetGwMap: [] },
  AllowCidr: { portName, cidr, dir: "in" },
  RemoveCidr: { portName, cidr, dir: "in" },
  AttachSubnet: { portName, cidr, cfg: { isExternal: true } },
  DetachSubnet: { portName, cidr },
  SetMcastForwarding: {
    underlay,
    nextHops: [{ nextHop: { addr: A.physIp, vni: Vni.of(77) }, replication: "both", sourceFilter: filter }],
  },
  ClearMcastForwarding: { underlay },
  DumpMcastForwarding: undefined,
  McastSubscribe: { portName, group, filter },
  McastUnsubscribe: { portName, group },
  SetMcast2Phys: { group, underlay },
  ClearMcast2Phys: { group, underlay },
  DumpMcastSubscriptions: undefined,
  McastUnsubscribeAll: { group },
  DumpMcast2Phys: undefined,
};

interface Request {
  readonly cmd: number;
  readonly format: BodyFormat;
  readonly body: Uint8Array;
}

const POOL: readonly Request[] = Object.values(XDE_COMMANDS).flatMap(({ cmd, number, request }) =>
  Object.values(BodyFormat).map((format) => ({
    cmd: number,
    format,
    // Unwrap: the request in the table is the command's own
    body: request === undefined ? new Uint8Array() : encodeBody(format, request as Schema<unknown>, PROPER[cmd]),
  })),
);

interface Outcome {
  readonly errno: number;
  readonly argument: Uint8Array;
  readonly response: Uint8Array;
  /** Whether the argument was sent as it should be. */
  readonly isArgumentWhole: boolean;
}

/** What may come of it without a word: nothing else may. */
const SILENT: readonly number[] = [Errno.ENOBUFS];

/** A device, and one caller who does not know what he says. */
class Run {
  readonly counts = new Map<string, number>();
  readonly #random: Random;
  readonly #bench = new SledBench([...MemoryLink.pair("u1", "far1"), ...MemoryLink.pair("u2", "far2")]);
  readonly #faults: unknown[] = [];
  readonly #entryPoint: XdeEntryPoint;
  readonly #connection: DeviceConnection;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#entryPoint = new XdeEntryPoint(this.#bench.xde.handlers, (fault) => this.#faults.push(fault));
    this.#connection = this.#entryPoint.open("configure");
  }

  async start(): Promise<void> {
    await this.#bench.underlay("u1", "u2");
    await this.#bench.create(A);
  }

  async go(requests: number): Promise<void> {
    for (let i = 0; i < requests; i++) {
      const { cmd, format, body } = this.#random.of(POOL);
      await this.#send(cmd, format, this.#random.below(4) === 0 ? body : this.#mutate(body));
      if (this.#faults.length > 0) throw new Error("A handler is wrong", { cause: this.#faults[0] });
      // A device of many ports is slow to make, and shows nothing more
      while (this.#bench.xde.ports.length > MAX_PORTS) {
        await this.#bench.xde.handlers.DeleteXde({ xdeDevname: this.#bench.xde.ports.at(-1)?.name ?? "" });
      }
    }
  }

  /** Whether the device still answers a proper request. */
  async isAlive(): Promise<boolean> {
    const { errno, argument, response } = await this.#ioctl({
      cmd: OpteCmd.ListPorts,
      format: BodyFormat.Cbor,
      body: new Uint8Array(),
    });
    const bytes = response.subarray(0, decodeOpteCmdIoctl(argument).respLenNeeded);
    const { ports } = decodeBody(BodyFormat.Cbor, XDE_COMMANDS.ListPorts.response, bytes);
    return errno === 0 && ports.length === this.#bench.xde.ports.length;
  }

  async #send(cmd: number, format: BodyFormat, body: Uint8Array): Promise<void> {
    const { errno, argument, response, isArgumentWhole } = await this.#ioctl({ cmd, format, body }, true);
    if (!isArgumentWhole) {
      // Where pointers were hit, there is no telling what was written where
      this.#count("argument hit");
      return;
    }
    const written = decodeOpteCmdIoctl(argument);
    if (written.flags % 2 === 0) {
      expect(SILENT).toContain(errno);
      this.#count("silent");
      return;
    }
    const bytes = response.subarray(0, written.respLenNeeded);
    if (errno === 0) {
      const descriptor = xdeCommand(written.cmd);
      if (descriptor === undefined) throw new Error("A command that does not exist succeeded");
      decodeBody<unknown>(format, descriptor.response as Schema<unknown>, bytes); // Unwrap: nothing is written by it
      this.#count("success");
    } else {
      const error = decodeBody(format, opteError, bytes);
      expect(error.errno).toBe(errno);
      this.#count(error.kind);
    }
  }

  async #ioctl({ cmd, format, body }: Request, isHostile = false): Promise<Outcome> {
    const memory = new BufferMemory();
    const response = new Uint8Array(isHostile ? this.#random.of([0, 3, 64, 4096, 65_536]) : 65_536);
    const argument = encodeOpteCmdIoctl({
      apiVersion: API_VERSION,
      cmd,
      flags: 0,
      reserved1: format,
      reqBytes: memory.map(body),
      reqLen: body.length,
      respBytes: memory.map(response),
      respLen: response.length,
      respLenNeeded: 0,
    });
    // Now and then a byte of the argument, pointers and lengths included
    const isHit = isHostile && this.#random.below(8) === 0;
    if (isHit) argument[this.#random.below(argument.length)] = this.#byte();
    const errno = await this.#entryPoint.ioctl(XDE_OPTE_CMD, memory.map(argument), memory, this.#connection);
    return { errno, argument, response, isArgumentWhole: !isHit };
  }

  /** Some bytes changed, removed, put in or said twice; or the end cut off. */
  #mutate(bytes: Uint8Array): Uint8Array {
    const result = Array.from(bytes);
    for (let left = 1 + this.#random.below(3); left > 0; left--) {
      const at = this.#random.below(result.length + 1);
      const length = this.#random.below(8);
      switch (this.#random.below(5)) {
        case 0:
          if (at < result.length) result[at] = this.#byte();
          break;
        case 1:
          result.splice(at, length);
          break;
        case 2:
          result.splice(at, 0, this.#byte());
          break;
        case 3:
          result.splice(at, 0, ...result.slice(at, at + length));
          break;
        default:
          result.length = Math.min(result.length, at);
      }
    }
    return Uint8Array.from(result);
  }

  #byte(): number {
    return this.#random.of([0, 1, 2, 0x7f, 0x80, 0xff, this.#random.below(256)]);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

describe("a device that gets mutated requests", () => {
  const counts = new Map<string, number>();

  it(
    `answers each with what it is, or a clear error, and goes on (${seeds.length} times ${REQUESTS_A_RUN} requests)`,
    async () => {
      await runSeeds(seeds, async (seed) => {
        const run = new Run(seed);
        await run.start();
        await run.go(REQUESTS_A_RUN);
        expect(await run.isAlive()).toBe(true);
        for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      });
    },
    TIMEOUT_MS,
  );

  // One run shows little, and is only done alone to look at a failure.
  if (seeds.length === 1) return;

  it("gets far enough into commands, and is refused in enough ways, or the above would prove little", () => {
    const kinds = [
      "success",
      "silent",
      "DeserCmdReq",
      "NoRequestBody",
      "PortNotFound",
      "argument hit",

      "System",
      "LayerNotFound",
    ];
    for (const kind of kinds) expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(0);
    const requests = seeds.length * REQUESTS_A_RUN;
    expect(counts.get("success") ?? 0).toBeGreaterThan(requests / 10);
    expect(counts.get("DeserCmdReq") ?? 0).toBeGreaterThan(requests / 10);
  });

  it("uses no more memory for having been asked: neither while it lives, nor after", async () => {
    // One device all along, so that what requests leave behind in it adds up; the first blocks fill its tables
    const run = new Run(1000);
    await run.start();
    for (let block = 0; block < FILLING_BLOCKS; block++) await run.go(REQUESTS_A_RUN);
    const filled = usedHeap();
    for (let block = 0; block < MEASURED_BLOCKS; block++) await run.go(REQUESTS_A_RUN);
    expect(usedHeap() - filled).toBeLessThan(MEASURED_BLOCKS * REQUESTS_A_RUN * MOST_LEFT_BYTES);
  });
});
