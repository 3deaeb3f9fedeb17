// The list of ports as ours shows it.

import type { IpAddr } from "opte-api";
import type { ListPortsResp } from "oxide-vpc/api";
import { ABSENT, left, type Table } from "./table.js";

/** What `list-ports` shows, in the natural order of the names: `opte9` before `opte10`. */
export function portTables({ ports }: ListPortsResp): Table[] {
  return [
    {
      columns: [
        left("PORT"),
        left("STATE"),
        left("MAC"),
        left("IPv4"),
        left("EPHEMERAL IPv4"),
        left("FLOATING IPv4"),
        left("IPv6"),
        left("EPHEMERAL IPv6"),
        left("FLOATING IPv6"),
      ],
      rows: ports
        .toSorted((a, b) => NATURAL.compare(a.name, b.name))
        .map((port) => [
          port.name,
          port.state,
          port.macAddr.toString(),
          address(port.ip4Addr),
          address(port.ephemeralIp4Addr),
          (port.floatingIp4Addrs ?? []).join(","),
          address(port.ip6Addr),
          address(port.ephemeralIp6Addr),
          (port.floatingIp6Addrs ?? []).join(","),
        ]),
    },
  ];
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function address(ip: IpAddr | undefined): string {
  return ip?.toString() ?? ABSENT;
}
