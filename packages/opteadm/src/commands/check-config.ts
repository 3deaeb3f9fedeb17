// `opteadm check-config`: tells whether a port's configuration file can be used, and what it would set up.

import { FirewallRule, type PortConfig, portConfigJson, RouterTarget } from "oxide-vpc/api";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText } from "../grammar/values.js";
import type { Session } from "../run/session.js";
import { readPortConfig } from "./port-config-file.js";

/** Adds the command. */
export function addCheckConfigCommand(make: SubcommandMaker, session: Session): void {
  make("check-config", "check a port's configuration file, and list what it would set up")
    .positional("<FILE>", "the port in JSON", asText)
    .action(async (file: string) => {
      const config = await readPortConfig(session.surroundings, file);
      session.showText({ json: portConfigJson(config), lines: describePort(config) });
    });
}

/** A port in a few lines: who it is, then its firewall rules and routes in the syntaxes of the commands that set them. */
export function describePort(config: PortConfig): string[] {
  const { ipv4, ipv6 } = config.ipCfg;
  const addresses = [ipv4, ipv6].flatMap((family) => (family === undefined ? [] : [family.privateIp.toString()]));
  return [
    `Port ${config.name}`,
    `  guest     ${config.guestMac.toString()} ${addresses.join(" ")}`,
    `  gateway   ${config.gatewayMac.toString()}`,
    `  VNI       ${config.vni}`,
    `  underlay  ${config.physIp.toString()}`,
    ...section("Firewall rules", config.firewallRules.map(FirewallRule.format)),
    ...section(
      "Routes",
      config.routes.map(({ dest, target, class: routerClass }) => {
        return `${dest.toString()} ${RouterTarget.format(target)} ${routerClass}`;
      }),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${title}: none`] : [title, ...lines.map((line) => `  ${line}`)];
}
