// Errors of the device as the reference's client prints them (spec 05 §8).

import { type IpCidr, Ipv4Cidr, Ipv6Cidr, type OpteError } from "opte-api";

/** Kinds that say one thing, which has no name: `PortNotFound("x")`. */
const UNNAMED: ReadonlySet<string> = new Set([
  "BadState",
  "DeserCmdErr",
  "DeserCmdReq",
  "FlowExists",
  "InvalidUnderlayMulticast",
  "LayerNotFound",
  "MaxCapacity",
  "PortCreate",
  "PortExists",
  "PortNotFound",
  "RuleNotFound",
  "SerCmdErr",
  "SerCmdResp",
]);

/** `BadName`, `PortNotFound("x")`, `System { errno: 17, msg: "x" }`. */
export function opteErrorText({ payload }: OpteError): string {
  const { kind, ...rest } = payload;
  const parts = Object.entries(rest).map(([name, value]): readonly [string, string] => [name, partText(value)]);
  if (parts.length === 0) return kind;
  if (UNNAMED.has(kind)) return `${kind}(${parts.map(([, text]) => text).join(", ")})`;
  return `${kind} { ${parts.map(([name, text]) => `${name}: ${text}`).join(", ")} }`;
}

function partText(part: unknown): string {
  if (part instanceof Ipv4Cidr || part instanceof Ipv6Cidr) return cidrText(part);
  return typeof part === "string" ? JSON.stringify(part) : String(part);
}

/** As the reference's types are printed; of IPv6 no such text is recorded, it is as of IPv4. */
function cidrText({ family, network, prefixLen }: IpCidr): string {
  const [addr, cidr, len] = [`Ipv${family}Addr`, `Ipv${family}Cidr`, `Ipv${family}PrefixLen(${prefixLen})`];
  return `Ip${family}(${cidr} { ip: ${addr} { inner: ${network.toString()} }, prefix_len: ${len} })`;
}
