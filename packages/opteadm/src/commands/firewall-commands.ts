// Subcommands about the firewall of a port.

import { Direction, Errno, TextError, type Uint64 } from "opte-api";
import {
  type AddFwRuleReq,
  FirewallAction,
  FirewallHosts,
  FirewallPorts,
  FirewallProtocol,
  FirewallRule,
} from "oxide-vpc/api";
import { XdeClientError } from "xde-binding/in-process";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { numberUpTo, uint64 } from "../grammar/values.js";
import type { Session } from "../run/session.js";
import type { XdeDevice } from "../run/xde-device.js";
import { UserError } from "xde-binding/program";
import { type PortOption, withPort } from "./port-option.js";

const MAX_PRIORITY = 0xffff;

interface RuleOptions extends PortOption {
  readonly dir: Direction;
  readonly hosts: FirewallHosts;
  readonly protocol: FirewallProtocol;
  readonly ports: FirewallPorts;
  readonly action: FirewallAction;
  readonly priority: number;
}

/** Adds them. */
export function addFirewallCommands(make: SubcommandMaker, session: Session): void {
  withPort(make("add-fw-rule", "add a firewall rule, and tell its id"))
    .needs("--dir <DIRECTION>", "in or out", Direction.parse)
    .needs("--hosts <HOSTS>", "the other side: any, ip=IP, subnet=CIDR or vni=N", FirewallHosts.parse)
    .needs(
      "--protocol <PROTOCOL>",
      "any, arp, tcp, udp, icmp[:TYPE[,CODE[-CODE]]] or icmp6[:…]",
      FirewallProtocol.parse,
    )
    .needs("--ports <PORTS>", "destination ports: any, or a list separated by commas", FirewallPorts.parse)
    .needs("--action <ACTION>", "allow or deny", FirewallAction.parse)
    .needs("--priority <PRIORITY>", "0 to 65535; lower ones come first", numberUpTo(MAX_PRIORITY))
    .action(async ({ p: portName, dir, hosts, protocol, ports, action, priority }: RuleOptions) => {
      const rule: FirewallRule = { direction: dir, filters: { hosts, protocol, ports }, action, priority };
      const id = await addRule(await session.device(), { portName, rule }, session.format !== "compat");
      if (id === undefined) session.done();
      else session.showText({ json: { id }, lines: [String(id)] });
    });

  withPort(make("rm-fw-rule", "remove a firewall rule"))
    .needs("--dir <DIRECTION>", "in or out", Direction.parse)
    .positional("<ID>", "the rule's id, as dump-layer shows it", uint64)
    .action(async (id: Uint64, { p: portName, dir }: Pick<RuleOptions, "p" | "dir">) => {
      await (await session.device()).call("RemFwRule", { portName, dir, id });
      session.done();
    });

  withPort(make("set-fw-rules", "replace all firewall rules by those on standard input, one a line"))
    .addHelpText("after", RULE_HELP)
    .action(async ({ p: portName }: PortOption) => {
      const rules = parseRules(await session.surroundings.readStdin());
      await (await session.device()).call("SetFwRules", { portName, rules });
      session.done();
    });
}

/** Adds a rule. @returns its id, if it is wanted and the device can tell it, as a real xde cannot */
async function addRule(device: XdeDevice, request: AddFwRuleReq, wantsId: boolean): Promise<Uint64 | undefined> {
  if (wantsId) {
    try {
      return (await device.call("AddFwRuleId", request)).id;
    } catch (error) {
      if (!isNotSupported(error)) throw error;
    }
  }
  await device.call("AddFwRule", request);
  return undefined;
}

/** Whether the command is not one of the device's: said by the client of a real xde, or by a device. */
function isNotSupported(error: unknown): boolean {
  if (!(error instanceof XdeClientError)) return false;
  const { fault } = error;
  return fault.kind === "NotSupported" || (fault.kind === "CommandError" && fault.error.errno === Errno.ENOTSUP);
}

const RULE_HELP = `
A rule is a line of words in any order, with one blank between each two:
  dir=in|out action=allow|deny priority=N
  [hosts=HOSTS] [protocol=PROTOCOL] [ports=PORTS]
Empty input removes all rules.`;

/** Reads a rule a line; each line may end in CR LF. @throws UserError that names the line */
function parseRules(text: string): FirewallRule[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    try {
      return FirewallRule.parse(withPortKey(line.endsWith("\r") ? line.slice(0, -1) : line));
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      throw new UserError(`Line ${i + 1} is no rule: ${error.message}`);
    }
  });
}

/** The option is called `--ports`, the reference's key `port`: a line may have either. */
function withPortKey(line: string): string {
  return line
    .split(" ")
    .map((word) => word.replace(/^ports=/i, "port="))
    .join(" ");
}
