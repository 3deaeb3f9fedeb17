// Underlay groups of multicast groups (spec 04 §10).

import type { IpAddr, Ipv4Addr, Ipv6Addr, MulticastUnderlay } from "opte-api";
import type { DumpMcast2PhysResp } from "../api/model.js";
import { ipKey, type IpKey } from "./ip-key.js";

/** Maps multicast groups to the groups that carry them on the underlay. */
export class Mcast2Phys {
  readonly #ip4: Map<IpKey, readonly [Ipv4Addr, MulticastUnderlay]> = new Map();
  readonly #ip6: Map<IpKey, readonly [Ipv6Addr, MulticastUnderlay]> = new Map();

  set(group: IpAddr, underlay: MulticastUnderlay): void {
    if (group.family === 4) this.#ip4.set(ipKey(group), [group, underlay]);
    else this.#ip6.set(ipKey(group), [group, underlay]);
  }

  get(group: IpAddr): MulticastUnderlay | undefined {
    return (group.family === 4 ? this.#ip4 : this.#ip6).get(ipKey(group))?.[1];
  }

  remove(group: IpAddr): void {
    (group.family === 4 ? this.#ip4 : this.#ip6).delete(ipKey(group));
  }

  dump(): DumpMcast2PhysResp {
    return {
      ip4: [...this.#ip4.values()].toSorted(([a], [b]) => a.compare(b)),
      ip6: [...this.#ip6.values()].toSorted(([a], [b]) => a.compare(b)),
    };
  }
}
