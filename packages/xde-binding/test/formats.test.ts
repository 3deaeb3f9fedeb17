// The binary form against our own device over a real socket: what XdeClient gets in it is what it gets in CBOR.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IpAddr, MacAddr, MulticastUnderlay } from "opte-api";
import { BodyFormat } from "opte-api/codec";
import { FirewallRule } from "oxide-vpc/api";
import { expect, it } from "vitest";
import {
  MemoryLink,
  type Transport,
  UnixSocketServer,
  UnixSocketTransport,
  XdeClient,
  XdeEntryPoint,
} from "../src/index.js";
import { createReq, guest, SledBench, VNI } from "./sled-bench.js";

const A = guest(1, "fd44::1");
const portName = A.name;
const phys = { ether: MacAddr.parse("a8:40:25:ff:00:09"), ip: A.physIp, vni: VNI };
const group = IpAddr.parse("224.1.2.3");
const underlay = MulticastUnderlay.parse("ff04::5");

/** Changes, questions and refusals, one after the other; each outcome as a text. */
async function session(client: XdeClient): Promise<string[]> {
  const rule = FirewallRule.parse("dir=in action=allow priority=7 protocol=tcp port=22,443");
  const calls: readonly (() => Promise<unknown>)[] = [
    () => client.setXdeUnderlay({ u1: "u1", u2: "u2" }),
    () => client.createXde(createReq(A)),
    () => client.createXde(createReq(A)),
    () => client.listPorts(),
    () => client.listLayers({ portName }),
    () => client.setFwRules({ portName, rules: [rule] }),
    () => client.dumpLayer({ portName, name: "firewall" }),
    () => client.setVirt2Phys({ vip: A.ip4, phys }),
    () => client.dumpVirt2Phys(),
    () => client.setMcast2Phys({ group, underlay }),
    () => client.mcastSubscribe({ portName, group, filter: { kind: "exclude", sources: [] } }),
    () => client.dumpMcastSubscriptions(),
    () => client.dumpUft({ portName }),
    () => client.dumpTcpFlows({ portName }),
    () => client.remFwRule({ portName, dir: "in", id: 99 }),
    () => client.clearXdeUnderlay(),
    () => client.deleteXde({ xdeDevname: portName }),
    () => client.listPorts(),
  ];
  const outcomes: string[] = [];
  for (const call of calls) {
    outcomes.push(await call().then((answer) => JSON.stringify(answer, plain), String));
  }
  return outcomes;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

async function outcomesIn(format: BodyFormat): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "xde-formats-"));
  const path = join(folder, "xde.sock");
  const { xde } = new SledBench([...MemoryLink.pair("u1", "far1"), ...MemoryLink.pair("u2", "far2")]);
  const server = await UnixSocketServer.listen(new XdeEntryPoint(xde.handlers), { path, rights: "configure" });
  const socket = new UnixSocketTransport(path);
  const transport: Transport = {
    format,
    ioctl: (call) => socket.ioctl(call),
    close: () => {
      socket.close();
    },
  };
  try {
    return await session(new XdeClient(transport, { firstRespLen: 8 }));
  } finally {
    transport.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

it("answers the same in both formats, errors too", async () => {
  const inCbor = await outcomesIn(BodyFormat.Cbor);
  const refusals = inCbor.flatMap((text) => /failed: (\w+)/.exec(text)?.[1] ?? []);
  expect(refusals).toEqual(["PortExists", "BadState", "BadState", "RuleNotFound", "System"]);
  expect(await outcomesIn(BodyFormat.Postcard)).toEqual(inCbor);
});
