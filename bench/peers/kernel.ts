// The kernel's own way: forwarding between namespaces, with nftables in between.

import { MIDDLE, makeNamespaces, packetsASecond, RECEIVER, removeNamespaces, SENDER, sh } from "./namespaces.ts";
import type { PeerFigure } from "./peer-figure.ts";

const STATEFUL = `table inet t { chain f { type filter hook forward priority 0; policy drop; ct state established,related accept; ip saddr 10.1.0.0/24 accept;\n}\n}`;
const NAT = `table ip n { chain p { type nat hook postrouting priority 100; oifname "right" masquerade;\n}\n}`;

/** Linear rules before the one that lets packets pass; the first packet of a flow and every other meet them all. */
function rules(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `ip saddr 192.0.${i >>> 8}.${i & 255} udp dport ${1024 + i} drop;`,
  );
  return `table inet t { chain f { type filter hook forward priority 0; policy drop; ${lines.join("\n")} accept;\n}\n}`;
}

/** Needs root, ip, nft and iperf3. */
export async function kernelPath(): Promise<PeerFigure[]> {
  const setUps: readonly (readonly [string, string, string])[] = [
    ["forwarding alone", "routing", ""],
    ["nftables, 3 stateful rules", "routing, connection tracking", STATEFUL],
    ["nftables, 3 stateful rules and masquerade", "routing, connection tracking, source NAT", `${STATEFUL}\n${NAT}`],
    ["nftables, 1,000 linear rules", "routing, each rule for each packet", rules(1000)],
  ];
  makeNamespaces();
  try {
    sh(`
      ip -n ${MIDDLE} addr add 10.1.0.1/24 dev left
      ip -n ${MIDDLE} addr add 10.2.0.1/24 dev right
      ip -n ${SENDER} route add default via 10.1.0.1
      ip -n ${RECEIVER} route add default via 10.2.0.1
      ip netns exec ${MIDDLE} sysctl -qw net.ipv4.ip_forward=1
    `);
    const figures: PeerFigure[] = [];
    for (const [name, work, ruleset] of setUps) {
      sh(`ip netns exec ${MIDDLE} nft -f -`, `flush ruleset\n${ruleset}\n`);
      const best = await packetsASecond("10.2.0.2");
      figures.push({
        name: `Linux, ${name}`,
        what: "UDP, 64 bytes, one flow, iperf3 to iperf3",
        unit: "packets a second",
        best,
        work,
      });
    }
    return figures;
  } finally {
    removeNamespaces();
  }
}
