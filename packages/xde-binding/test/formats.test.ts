// Every command of the reference against our own device over a real socket, in both formats: what a client gets in the reference's binary
// form is what it gets in CBOR, and commands of our own have no binary form.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  API_VERSION,
  Errno,
  IpAddr,
  IpCidr,
  Ipv4Addr,
  MacAddr,
  MulticastUnderlay,
  type OpteCmdName,
  Vni,
} from "opte-api";
import { BodyFormat, decodeBody, encodeBody, opteError, type RequestOf, type Schema } from "opte-api/codec";
import { FirewallRule, RouterTarget, Uuid, XDE_COMMANDS, XDE_EXTENSIONS, type XdeCommands } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tcp } from "../../oxide-vpc/test/frames.js";
import { CommandCaller } from "../src/client/command-caller.js";
import {
  MemoryLink,
  type Transport,
  UnixSocketServer,
  UnixSocketTransport,
  XdeClientError,
  XdeEntryPoint,
} from "../src/index.js";
import { AttachedGuest } from "./guest.js";
import { createReq, guest, SledBench, VNI } from "./sled-bench.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");
const portName = A.name;
const SYN = 2;
const ACK = 0x10;
const phys = { ether: MacAddr.parse("a8:40:25:ff:00:09"), ip: A.physIp, vni: VNI };
const group = IpAddr.parse("224.1.2.3");
const underlay = MulticastUnderlay.parse("ff04::5");
const filter = { kind: "include", sources: [IpAddr.parse("10.0.0.7"), IpAddr.parse("fd00::7")] } as const;
const rules = ["dir=in action=allow priority=7 protocol=tcp port=22,443", "dir=out action=deny priority=9 hosts=vni=7"];
const [rule, otherRule] = rules.map((line) => FirewallRule.parse(line)) as [FirewallRule, FirewallRule]; // Unwrap: two lines
const cidr = IpCidr.parse("192.168.0.0/16");
const boundary = { vip: IpCidr.parse("0.0.0.0/0"), tep: [{ ip: B.physIp, vni: Vni.of(99) }] };
const route = { portName, dest: cidr, target: RouterTarget.parse("ip4=10.0.0.3"), class: "custom" } as const;
const uuid = Uuid.parse("70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0cff");
const externalIps = { floatingIps: [Ipv4Addr.parse("1.2.3.4")], ephemeralIp: Ipv4Addr.parse("1.2.3.5") };
const nextHops = [{ nextHop: { addr: B.physIp, vni: Vni.of(77) }, replication: "both", sourceFilter: filter }] as const;

/** A command, or something that the guests do meanwhile. */
type Step = { readonly cmd: OpteCmdName; readonly request: unknown } | { readonly guests: (bench: Guests) => void };

/** The guests of a bench, once their ports are there. */
interface Guests {
  readonly bench: SledBench;
  readonly attached: AttachedGuest[];
}

function step<Name extends OpteCmdName>(cmd: Name, request: RequestOf<XdeCommands[Name]>): Step {
  return { cmd, request };
}

const traffic: Step = {
  guests: ({ bench, attached }) => {
    if (attached.length === 0) attached.push(new AttachedGuest(bench, A), new AttachedGuest(bench, B));
    const [a, b] = attached;
    a?.sendUdp(B.ip4);
    a?.sendUdp(B.ip6);
    a?.send(B.ip4, tcp(1000, 22, SYN, 7));
    b?.send(A.ip4, tcp(22, 1000, SYN + ACK, 9, 8));
  },
};

/** Every command at least once, where it has something to do and where it has not. */
const SESSION: readonly Step[] = [
  step("SetXdeUnderlay", { u1: "u1", u2: "u2" }),
  step("SetXdeUnderlay", { u1: "u1", u2: "u2" }),
  step("CreateXde", createReq(A)),
  step("CreateXde", createReq(A)),
  step("CreateXde", { ...createReq(B), mtu: 8500 }),
  step("ListPorts", undefined),
  step("DumpUft", { portName }),
  step("AddFwRule", { portName, rule }),
  step("RemFwRule", { portName, dir: "in", id: 0 }),
  step("RemFwRule", { portName, dir: "in", id: 0 }),
  step("SetFwRules", { portName, rules: [rule, otherRule] }),
  step("AddRouterEntry", route),
  step("AddRouterEntry", {
    ...route,
    dest: IpCidr.parse("10.0.0.0/24"),
    target: RouterTarget.parse("sub4=10.0.0.0/24"),
  }),
  step("AddRouterEntry", { ...route, dest: IpCidr.parse("fd00::/64"), target: RouterTarget.parse("sub6=fd00::/64") }),
  step("AddRouterEntry", { ...route, dest: IpCidr.parse("224.0.0.0/4") }),
  step("AddRouterEntry", { ...route, dest: IpCidr.parse("0.0.0.0/0"), target: RouterTarget.parse(`ig=${uuid}`) }),
  traffic,
  step("ListLayers", { portName }),
  step("DumpLayer", { portName, name: "firewall" }),
  step("DumpLayer", { portName, name: "nothing" }),
  step("DumpUft", { portName }),
  step("DumpTcpFlows", { portName }),
  step("ClearUft", { portName }),
  step("DumpUft", { portName }),
  step("ClearLft", { portName, layerName: "firewall" }),
  step("ClearLft", { portName, layerName: "nothing" }),
  step("DumpLayer", { portName, name: "router" }),
  step("DelRouterEntry", route),
  step("DelRouterEntry", route),
  step("SetVirt2Phys", { vip: IpAddr.parse("10.0.0.9"), phys }),
  step("SetVirt2Phys", { vip: IpAddr.parse("fd00::9"), phys }),
  step("DumpVirt2Phys", undefined),
  step("ClearVirt2Phys", { vip: IpAddr.parse("10.0.0.9"), phys }),
  step("DumpVirt2Phys", undefined),
  step("SetVirt2Boundary", boundary),
  step("SetVirt2Boundary", { ...boundary, vip: IpCidr.parse("::/0") }),
  step("DumpVirt2Boundary", undefined),
  step("ClearVirt2Boundary", boundary),
  step("DumpVirt2Boundary", undefined),
  step("SetExternalIps", { portName, externalIpsV4: externalIps, inetGwMap: [[IpAddr.parse("1.2.3.5"), [uuid]]] }),
  step("ListPorts", undefined),
  step("AllowCidr", { portName, cidr, dir: "in" }),
  step("RemoveCidr", { portName, cidr, dir: "in" }),
  step("RemoveCidr", { portName, cidr, dir: "in" }),
  step("AttachSubnet", { portName, cidr, cfg: { isExternal: true } }),
  step("DetachSubnet", { portName, cidr }),
  step("DetachSubnet", { portName, cidr }),
  step("SetMcast2Phys", { group, underlay }),
  step("SetMcast2Phys", { group: IpAddr.parse("10.0.0.1"), underlay }),
  step("DumpMcast2Phys", undefined),
  step("McastSubscribe", { portName, group, filter }),
  step("McastSubscribe", { portName: B.name, group, filter: { kind: "exclude", sources: [] } }),
  step("DumpMcastSubscriptions", undefined),
  step("SetMcastForwarding", { underlay, nextHops }),
  step("SetMcastForwarding", { underlay, nextHops: nextHops.map((hop) => ({ ...hop, replication: "reserved" })) }),
  step("DumpMcastForwarding", undefined),
  step("McastUnsubscribe", { portName, group }),
  step("DumpMcastSubscriptions", undefined),
  step("McastUnsubscribeAll", { group }),
  step("DumpMcastSubscriptions", undefined),
  step("ClearMcastForwarding", { underlay }),
  step("DumpMcastForwarding", undefined),
  step("ClearMcast2Phys", { group, underlay }),
  step("DumpMcast2Phys", undefined),
  step("ClearXdeUnderlay", undefined),
  {
    guests: ({ attached }) => {
      for (const { port } of attached) port.close();
    },
  },
  step("DeleteXde", { xdeDevname: portName }),
  step("DeleteXde", { xdeDevname: portName }),
  step("DeleteXde", { xdeDevname: B.name }),
  step("ClearXdeUnderlay", undefined),
  step("ClearXdeUnderlay", undefined),
  step("ListPorts", undefined),
];

/** The commands that name a port, once each, of a port that there is not. */
const WITHOUT_PORT: readonly Step[] = Object.values(XDE_COMMANDS).flatMap(({ cmd }): Step[] => {
  const [proper] = SESSION.flatMap((each) => ("cmd" in each && each.cmd === cmd ? [each.request] : []));
  const isOfPort = typeof proper === "object" && proper !== null && "portName" in proper;
  return isOfPort ? [{ cmd, request: { ...proper, portName: "nobody" } }] : [];
});

/** What came of a step: the answer, or the error's number and payload; and its bytes, which show what values keep to themselves. */
interface Outcome {
  readonly cmd: OpteCmdName;
  readonly refusal: string | undefined;
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

let folder: string;
let path: string;
let guests: Guests;
let server: UnixSocketServer;
let socket: UnixSocketTransport;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xde-formats-"));
  path = join(folder, "xde.sock");
  await serve();
});

afterEach(async () => {
  await leave();
  await rm(folder, { recursive: true });
});

/** A device anew. */
async function serve(): Promise<void> {
  const bench = new SledBench([...MemoryLink.pair("u1", "far1"), ...MemoryLink.pair("u2", "far2")]);
  guests = { bench, attached: [] };
  server = await UnixSocketServer.listen(new XdeEntryPoint(bench.xde.handlers), { path, rights: "configure" });
  socket = new UnixSocketTransport(path);
}

async function leave(): Promise<void> {
  socket.close();
  await server.close();
}

/** The socket's transport with bodies in this format. */
function transportIn(format: BodyFormat): Transport {
  return { format, ioctl: (call) => socket.ioctl(call), close: () => undefined };
}

/** Sends all commands, with room for the shortest answers only at first. */
async function session(format: BodyFormat): Promise<Outcome[]> {
  const caller = new CommandCaller(transportIn(format), { firstRespLen: 8 });
  const outcomes: Outcome[] = [];
  for (const each of [...SESSION, ...WITHOUT_PORT]) {
    if ("guests" in each) each.guests(guests);
    else outcomes.push(await outcomeOf(caller, each));
  }
  return outcomes;
}

async function outcomeOf(
  caller: CommandCaller,
  { cmd, request }: Extract<Step, { readonly cmd: OpteCmdName }>,
): Promise<Outcome> {
  const schema = XDE_COMMANDS[cmd].response as Schema<unknown>; // Unwrap: it writes what it has read
  try {
    const value: unknown = await caller.call(cmd, request as never); // Unwrap: `step` has seen to its type
    return { cmd, refusal: undefined, value, bytes: encodeBody(BodyFormat.Postcard, schema, value) };
  } catch (error) {
    if (!(error instanceof XdeClientError) || error.fault.kind !== "CommandError") throw error;
    const refused = error.fault.error;
    const bytes = encodeBody(BodyFormat.Postcard, opteError, refused);
    return { cmd, refusal: refused.kind, value: [refused.errno, refused.payload], bytes };
  }
}

describe("a device over a socket", () => {
  it("is sent every command of the reference here", () => {
    const sent = new Set(SESSION.flatMap((each) => ("cmd" in each ? [each.cmd] : [])));
    expect([...sent].toSorted()).toEqual(Object.keys(XDE_COMMANDS).toSorted());
  });

  it("answers each the same in both formats, errors too", async () => {
    const inCbor = await session(BodyFormat.Cbor);
    await leave();
    await serve();
    const inPostcard = await session(BodyFormat.Postcard);
    for (const [i, outcome] of inCbor.entries()) expect(inPostcard[i], `${i} ${outcome.cmd}`).toEqual(outcome);
    expect(inPostcard).toHaveLength(inCbor.length);

    // Each was carried out with something to do, each dump had something to tell, and some were refused
    for (const cmd of Object.keys(XDE_COMMANDS)) {
      const done = inCbor.filter((outcome) => outcome.cmd === cmd && outcome.refusal === undefined);
      const shortest = /^(List|Dump)/.test(cmd) ? 20 : 1;
      expect(Math.max(...done.map(({ bytes }) => bytes.length)), cmd).toBeGreaterThanOrEqual(shortest);
    }
    const refusals = inCbor.flatMap(({ cmd, refusal }) => (refusal === undefined ? [] : [`${cmd} ${refusal}`]));
    expect(refusals).toEqual([
      "SetXdeUnderlay System",
      "CreateXde PortExists",
      "DumpUft BadState",
      "RemFwRule RuleNotFound",
      "AddRouterEntry InvalidRouterEntry",
      "DumpLayer LayerNotFound",
      "ClearLft LayerNotFound",
      "SetMcast2Phys BadState",
      "SetMcastForwarding System",
      "ClearXdeUnderlay System",
      "DeleteXde PortNotFound",
      "ClearXdeUnderlay System",
      ...WITHOUT_PORT.flatMap((each) => ("cmd" in each ? [`${each.cmd} PortNotFound`] : [])),
    ]);
  });

  it.each(Object.values(XDE_EXTENSIONS))("knows no binary form of our own command $cmd", async ({ cmd, number }) => {
    const argument = {
      apiVersion: API_VERSION,
      cmd: number,
      flags: 0,
      reserved1: BodyFormat.Postcard,
      reqBytes: 0n,
      reqLen: 1,
      respBytes: 0n,
      respLen: 4096,
      respLenNeeded: 0,
    };
    const { errno, body } = await socket.ioctl({ argument, body: Uint8Array.of(0), isRetry: false });
    expect(errno).toBe(Errno.ENOTSUP);
    expect(decodeBody(BodyFormat.Postcard, opteError, body).payload).toMatchObject({
      kind: "System",
      msg: `${cmd} has no binary form, because the reference does not have it`,
    });
  });
});
