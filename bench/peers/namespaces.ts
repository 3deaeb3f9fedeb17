// Three network namespaces in a row, and packets through the middle one, counted at the far end.

import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs a command. @throws Error with what it said */
export function sh(command: string, input?: string): string {
  return execFileSync("sh", ["-ec", command], { encoding: "utf8", ...(input === undefined ? {} : { input }) });
}

export const SENDER = "opte-peer-a";
export const MIDDLE = "opte-peer-m";
export const RECEIVER = "opte-peer-b";

/** Makes the namespaces, with a pair of virtual Ethernet links on either side of the middle one: `left` and `right`. */
export function makeNamespaces(): void {
  removeNamespaces();
  sh(`
    for ns in ${SENDER} ${MIDDLE} ${RECEIVER}; do ip netns add $ns; ip -n $ns link set lo up; done
    ip link add eth0 netns ${SENDER} type veth peer name left netns ${MIDDLE}
    ip link add eth0 netns ${RECEIVER} type veth peer name right netns ${MIDDLE}
    ip -n ${SENDER} addr add 10.1.0.2/24 dev eth0
    ip -n ${RECEIVER} addr add 10.2.0.2/24 dev eth0
    for ns in ${SENDER} ${RECEIVER}; do ip -n $ns link set eth0 up; done
    for dev in left right; do ip -n ${MIDDLE} link set $dev up; done
  `);
}

export function removeNamespaces(): void {
  sh(`for ns in ${SENDER} ${MIDDLE} ${RECEIVER}; do ip netns del $ns 2>/dev/null || true; done`);
}

/** Most packets of 64 bytes a second that came through, of some runs. */
export async function packetsASecond(destination: string, rounds = 3): Promise<number> {
  const server = spawn("ip", ["netns", "exec", RECEIVER, "iperf3", "-s"], { stdio: "ignore" });
  await sleep(1500);
  try {
    const client = `ip netns exec ${SENDER} iperf3 -c ${destination} -u -b 0 -l 64 -t 3 --json || true`;
    const rates = Array.from({ length: rounds }, () => received(sh(client)));
    return Math.max(...rates);
  } finally {
    server.kill();
  }
}

/** @throws Error with what iperf3 has to say if nothing came through */
function received(json: string): number {
  // Unwrap: the form of iperf3's report
  const { end, error } = JSON.parse(json) as {
    error?: string;
    end: { sum?: { seconds: number; packets: number; lost_packets: number } };
  };
  if (end.sum === undefined) throw new Error(`iperf3: ${error ?? "no figures"}`);
  return (end.sum.packets - end.sum.lost_packets) / end.sum.seconds;
}
