// Open vSwitch's userspace datapath between two namespaces, over their virtual Ethernet links.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MIDDLE, makeNamespaces, packetsASecond, RECEIVER, removeNamespaces, SENDER, sh } from "./namespaces.ts";
import type { PeerFigure } from "./peer-figure.ts";

const FORWARD = "actions=normal";
const NAT = [
  "table=0,priority=10,arp,actions=normal",
  "table=0,priority=5,udp,in_port=left,actions=ct(commit,nat(src=10.1.0.9),table=1)",
  "table=0,priority=5,udp,in_port=right,actions=ct(nat,table=1)",
  "table=0,priority=1,actions=normal",
  "table=1,actions=normal",
].join("\n");

/** Needs root, ip, iperf3 and openvswitch-switch; runs a switch of its own and touches none that is there. */
export async function openVswitch(): Promise<PeerFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), "opte-ovs-"));
  const inMiddle = `ip netns exec ${MIDDLE} env OVS_RUNDIR=${folder} OVS_DBDIR=${folder}`;
  const database = `--db=unix:${folder}/db.sock`;
  const daemons: ChildProcess[] = [];
  const start = (program: string, ...args: readonly string[]): void => {
    const words = [...inMiddle.split(" ").slice(1), program, ...args];
    daemons.push(spawn("ip", words, { stdio: "ignore" }));
  };
  makeNamespaces();
  try {
    sh(`ovsdb-tool create ${folder}/conf.db /usr/share/openvswitch/vswitch.ovsschema`);
    start("ovsdb-server", `${folder}/conf.db`, `--remote=punix:${folder}/db.sock`);
    await sleep(1000);
    sh(`${inMiddle} ovs-vsctl ${database} --no-wait init`);
    start("ovs-vswitchd", `unix:${folder}/db.sock`);
    await sleep(1000);
    sh(
      `${inMiddle} ovs-vsctl ${database} add-br br0 -- set bridge br0 datapath_type=netdev -- add-port br0 left -- add-port br0 right`,
    );
    // The receiver is on the sender's subnet here: a switch routes nothing, and nobody
    // answers ARP for the address of the NAT. Checksums have to be made: veth leaves them to a device.
    sh(`
      ip -n ${RECEIVER} addr flush dev eth0
      ip -n ${RECEIVER} addr add 10.1.0.3/24 dev eth0
      mac=$(ip -n ${SENDER} -br link show eth0 | awk '{ print $3 }')
      ip -n ${RECEIVER} neigh add 10.1.0.9 lladdr $mac dev eth0
      for ns in ${SENDER} ${RECEIVER}; do ip netns exec $ns ethtool -K eth0 tx off >/dev/null 2>&1 || true; done
    `);
    const figures: PeerFigure[] = [];
    for (const [name, flows, work] of [
      ["learning switch", FORWARD, "exact-match cache hit; packets cross AF_PACKET twice"],
      ["connection tracking and source NAT", NAT, "the same, connection tracking in both tables, source NAT"],
    ] as const) {
      sh(`${inMiddle} ovs-ofctl del-flows br0 && ${inMiddle} ovs-ofctl add-flows br0 -`, `${flows}\n`);
      const best = await packetsASecond("10.1.0.3");
      figures.push({
        name: `Open vSwitch userspace, ${name}`,
        what: "UDP, 64 bytes, one flow, iperf3 to iperf3",
        unit: "packets a second",
        best,
        work,
      });
    }
    return figures;
  } finally {
    for (const daemon of daemons.reverse()) daemon.kill();
    await sleep(500);
    removeNamespaces();
    rmSync(folder, { recursive: true });
  }
}
