// Two packets and an expiry through a VPC port with a listener at every probe point. Prints what came of them, and what was heard.

import * as opteCore from "opte-core";
import { openPort, VpcMappings } from "oxide-vpc";
import { parsePortConfig } from "oxide-vpc/api";

const [names] = process.argv.slice(2);
const heard = [];
const probes = Object.fromEntries(names.split(",").map((name) => [name, () => heard.push(name)]));
const config = parsePortConfig({
  name: "opte0",
  ipCfg: { ipv4: { vpcSubnet: "172.30.0.0/22", privateIp: "172.30.0.5", gatewayIp: "172.30.0.1" } },
  guestMac: "A8:40:25:FA:FA:37",
  gatewayMac: "A8:40:25:FF:77:77",
  vni: 99,
  physIp: "fd00:0:f7:101::1",
  routes: [{ dest: "172.30.0.0/22", target: { kind: "vpcSubnet", cidr: "172.30.0.0/22" }, class: "system" }],
  v2p: [{ vip: "172.30.0.6", phys: { ether: "A8:40:25:F0:00:66", ip: "fd00:0:f7:116::1", vni: 99 } }],
});
let nowMs = 0;
const { port } = openPort(config, new VpcMappings(), { clock: { nowMs: () => nowMs }, probes });
port.start();
const ethernet = [0xa8, 0x40, 0x25, 0xff, 0x77, 0x77, 0xa8, 0x40, 0x25, 0xfa, 0xfa, 0x37, 8, 0];
const ip = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 172, 30, 0, 5, 172, 30, 0, 6];
const udp = [0x10, 0, 0, 53, 0, 8, 0, 0];
const bytes = Uint8Array.from([...ethernet, ...ip, ...udp]);
const frames = [];
for (let i = 0; i < 2; i++) {
  const frame = opteCore.Frame.ofGuest(bytes);
  const verdict = port.process("out", frame);
  frames.push({ verdict, path: port.result.path, bytes: Buffer.from(frame.toBytes()).toString("hex") });
}
nowMs = 60_000;
port.expireFlows();
console.log(JSON.stringify({ heard: [...new Set(heard)].sort(), frames, names: Object.keys(opteCore).sort() }));
