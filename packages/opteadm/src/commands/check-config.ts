// `opteadm check-config`: tells whether a port's configuration file can be used, and what it would set up.

import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { FirewallRule, parsePortConfig, PortConfigError, RouterTarget, type PortConfig } from "oxide-vpc/api";
import { UserError } from "../user-error.js";

/** Adds the command to `program`. */
export function addCheckConfigCommand(program: Command, write: (line: string) => void): void {
  program
    .command("check-config")
    .description("check a port's configuration file, and list what it would set up")
    .argument("<file>", "the port in JSON")
    .action(async (file: string) => {
      for (const line of describePort(await readPortConfig(file))) write(line);
    });
}

/** @throws UserError that names the file and every field at fault */
async function readPortConfig(file: string): Promise<PortConfig> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`Cannot read "${file}": ${reason(error)}`);
  }
  try {
    return parsePortConfig(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof PortConfigError || error instanceof SyntaxError)) throw error;
    throw new UserError(`Cannot use "${file}": ${error.message}`);
  }
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

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
