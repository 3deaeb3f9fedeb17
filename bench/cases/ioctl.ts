// Round trips of commands to a device, by the way that they take.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MacAddr } from "opte-api";
import { MAX_FRAME_LEN } from "opte-core";
import { DEFAULT_MTU, defaultLimits, FirewallRule } from "oxide-vpc/api";
import {
  InProcessTransport,
  MemoryLink,
  nodeClock,
  type Transport,
  UnixSocketServer,
  UnixSocketTransport,
  Xde,
  XdeClient,
  XdeEntryPoint,
} from "xde-binding";
import type { CaseGroup } from "../harness/case-group.ts";
import type { Row } from "../harness/row.ts";
import { sampleRow } from "../harness/samples.ts";
import { firewallRules } from "../world/firewall-rules.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const PORTS = 10;
const RULES = 100;

export const ioctlGroup: CaseGroup = {
  name: "ioctl",
  async *run(options) {
    const folder = mkdtempSync(join(tmpdir(), "opte-bench-"));
    const path = join(folder, "xde.sock");
    const entryPoint = new XdeEntryPoint(device().handlers);
    const server = await UnixSocketServer.listen(entryPoint, { path, rights: "configure" });
    const ways: readonly (readonly [string, Transport])[] = [
      ["in-process", new InProcessTransport(entryPoint)],
      ["unix-socket", new UnixSocketTransport(path)],
    ];
    try {
      for (const [way, transport] of ways) {
        const client = new XdeClient(transport);
        if (options.wants(`ioctl/${way}`)) yield* roundTrips(way, client, options.isQuick ? 200 : 2000);
        client.close();
      }
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  },
};

async function* roundTrips(way: string, client: XdeClient, rounds: number): AsyncGenerator<Row, void, undefined> {
  const rule = FirewallRule.parse("dir=in action=allow priority=7 protocol=tcp port=443");
  const rules = firewallRules(RULES).map((line) => FirewallRule.parse(line));
  const portName = "opte0";
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    "list-ports": () => client.listPorts(),
    "add-fw-rule": () => client.addFwRule({ portName, rule }),
    [`set-fw-rules-${RULES}`]: () => client.setFwRules({ portName, rules }),
    "dump-firewall-layer": () => client.dumpLayer({ portName, name: "firewall" }),
  };
  const { ports } = await client.listPorts();
  if (ports.length !== PORTS) throw new Error(`The device lists ${ports.length} ports`);
  for (const [name, call] of Object.entries(calls)) {
    const us: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const start = process.hrtime.bigint();
      await call();
      us.push(Number(process.hrtime.bigint() - start) / 1000);
    }
    await client.setFwRules({ portName, rules });
    yield sampleRow(`ioctl/${way}/${name}`, "us", us);
  }
}

/** A device with some ports. */
function device(): Xde {
  const [link] = MemoryLink.pair("u", "v", { mtu: MAX_FRAME_LEN });
  const xde = new Xde({ providers: { clock: nodeClock }, links: () => link });
  void xde.handlers.SetXdeUnderlay({ u1: "u1", u2: "u1" });
  const { cfg } = new VpcWorld().vpc;
  for (let i = 0; i < PORTS; i++) {
    const guestMac = MacAddr.fromWords(0xa840, 0x25000000 + i);
    xde.createPort({ ...cfg, name: `opte${i}`, guestMac, mtu: DEFAULT_MTU, limits: defaultLimits(cfg.ipCfg) });
  }
  return xde;
}
