// Where a configuration and a port that is there already say different things that no command can change.

import type { VpcPort } from "oxide-vpc";
import { type JsonValue, type PortConfig, portConfigJson } from "oxide-vpc/api";

/** What a port is made with for good. */
const FIXED = [
  "guestMac",
  "gatewayMac",
  "vni",
  "physIp",
  "mtu",
  "limits",
  "dhcp",
  ...["ipv4", "ipv6"].flatMap((family) =>
    ["vpcSubnet", "privateIp", "gatewayIp"].map((field) => `ipCfg.${family}.${field}`),
  ),
] as const;

/** One line for each field that differs, with both values. */
export function configConflicts(wanted: PortConfig, existing: VpcPort): readonly string[] {
  const want = portConfigJson(wanted);
  const have = portConfigJson({ ...wanted, ...existing.config });
  return FIXED.flatMap((path) => {
    const [wantText, haveText] = [textAt(want, path), textAt(have, path)];
    return wantText === haveText
      ? []
      : [`port "${wanted.name}": ${path} is ${haveText} in the saved state, and ${wantText} in the configuration`];
  });
}

function textAt(json: JsonValue, path: string): string {
  let at: unknown = json;
  for (const step of path.split(".")) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  return at === undefined ? "absent" : JSON.stringify(at);
}
