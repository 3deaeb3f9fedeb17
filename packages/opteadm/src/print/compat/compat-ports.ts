// The list of ports in the reference's text.

import { IpAddr } from "opte-api";
import type { ListPortsResp, PortInfo } from "oxide-vpc/api";
import { cells, compatText } from "./compat-text.js";

/** What `list-ports` writes. */
export function compatPorts({ ports }: ListPortsResp): string {
  return compatText([
    cells(
      "LINK",
      "MAC ADDRESS",
      "IPv4 ADDRESS",
      "EPHEMERAL IPv4",
      "FLOATING IPv4",
      "IPv6 ADDRESS",
      "EXTERNAL IPv6",
      "FLOATING IPv6",
      "STATE",
    ),
    ...ports.toSorted((a, b) => compareNames(a.name, b.name)).flatMap(portRows),
  ]);
}

/** A row for each floating address of the family that has more of them, and a blank one behind several. */
function portRows(port: PortInfo): string[] {
  const floating4 = addresses(port.floatingIp4Addrs);
  const floating6 = addresses(port.floatingIp6Addrs);
  const first = cells(
    port.name,
    port.macAddr.toString(),
    addressText(port.ip4Addr),
    addressText(port.ephemeralIp4Addr),
    floating4[0] ?? NONE,
    addressText(port.ip6Addr),
    addressText(port.ephemeralIp6Addr),
    floating6[0] ?? NONE,
    port.state,
  );
  const further = Array.from({ length: Math.max(floating4.length, floating6.length, 1) - 1 }, (_, i) =>
    cells("", "", "", "", floating4[i + 1] ?? "", "", "", floating6[i + 1] ?? "", ""),
  );
  return [first, ...further, ...(further.length === 0 ? [] : [cells(...Array.from({ length: 9 }, () => ""))])];
}

const NONE = "None";

function addressText(address: IpAddr | undefined): string {
  return address === undefined ? NONE : IpAddr.toReferenceString(address);
}

function addresses(list: readonly IpAddr[] | undefined): string[] {
  return (list ?? []).map(IpAddr.toReferenceString);
}

/** Names `opteN` by their numbers, any other pair by their bytes: which is no order, as it is not transitive. */
function compareNames(a: string, b: string): number {
  const numberA = opteNumber(a);
  const numberB = opteNumber(b);
  if (numberA !== undefined && numberB !== undefined) return compare(numberA, numberB);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const MAX_UINT64 = 2n ** 64n - 1n;

function opteNumber(name: string): bigint | undefined {
  const digits = /^opte\+?([0-9]+)$/.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const number = BigInt(digits);
  return number > MAX_UINT64 ? undefined : number;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
