// Firewall rules as a tenant has them: many kinds, none of which is about the flows of the bench but the last.

import { RandomPicks } from "../harness/random-picks.ts";

/** `count` outbound rules as text: all but the last deny what the bench never sends, and the last lets everything out. */
export function firewallRules(count: number): string[] {
  const picks = new RandomPicks(4711);
  const rules = Array.from({ length: count - 1 }, (_, i) => {
    const priority = 1 + (i % 60_000);
    return `dir=out action=deny priority=${priority} ${filters(i, picks)}`;
  });
  return [...rules, "dir=out action=allow priority=65000"];
}

/** Of ten rules four name a host and a port, three a subnet and some ports, two a subnet, one a VPC and a port. */
function filters(i: number, picks: RandomPicks): string {
  const protocol = picks.below(2) === 0 ? "tcp" : "udp";
  const net = `10.${picks.below(256)}.${picks.below(256)}`;
  const port = 1024 + picks.below(60_000);
  switch (i % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `hosts=ip=${net}.${picks.below(256)} protocol=${protocol} port=${port}`;
    case 4:
    case 5:
    case 6:
      return `hosts=subnet=${net}.0/24 protocol=${protocol} port=${port},${port + 1},${port + 2}`;
    case 7:
    case 8:
      return `hosts=subnet=10.${picks.below(256)}.0.0/16`;
    default:
      return `hosts=vni=${100_000 + picks.below(1_000_000)} protocol=${protocol} port=${port}`;
  }
}
