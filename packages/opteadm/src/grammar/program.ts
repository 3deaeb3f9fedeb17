// The grammar of the command line.

import { Command, type Option } from "commander";
import { API_VERSION } from "opte-api";
import { addAddressCommands } from "../commands/address-commands.js";
import { addCheckConfigCommand } from "../commands/check-config.js";
import { addCompleteCommand } from "../commands/complete-command.js";
import { addExplainCommand } from "../commands/explain-command.js";
import { addFirewallCommands } from "../commands/firewall-commands.js";
import { addLayerCommands } from "../commands/layer-commands.js";
import { addMappingCommands } from "../commands/mapping-commands.js";
import { addMulticastCommands } from "../commands/multicast-commands.js";
import { addPortCommands } from "../commands/port-commands.js";
import { addRouterCommands } from "../commands/router-commands.js";
import { addSnapshotCommands } from "../commands/snapshot-commands.js";
import { addStatsCommand } from "../commands/stats-command.js";
import { addTraceCommand } from "../commands/trace-command.js";
import { OUTPUT_FORMATS, parseOutputFormat, type Session } from "../run/session.js";
import { Subcommand, type SubcommandMaker } from "./subcommand.js";
import { UsageError } from "./usage-error.js";
import { asText } from "./values.js";

const FORMAT = ["--format <FORMAT>", `how to answer: ${OUTPUT_FORMATS.join(", ")}`] as const;
const SOCKET = ["--socket <PATH>", "the device's socket; else OPTE_SOCKET, else the default one"] as const;

/** All subcommands, grouped as help shows them; they act on `session`. */
export function createProgram(session: Session): Command {
  const program: Command = new Command("opteadm")
    .description("program and inspect the ports of an OPTE device")
    .usage("<COMMAND> [OPTIONS]")
    .version(versionText(session.surroundings.version), "-V, --version", "tell the versions of package and API")
    .option(...FORMAT)
    .option(...SOCKET)
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      optionDescription: (option) => optionDescription(program, option),
    })
    .configureOutput({
      writeOut: (text) => {
        session.surroundings.stdout.write(text);
      },
      writeErr: (text) => {
        session.surroundings.stderr.write(text);
      },
      outputError: () => undefined,
    });
  const make: SubcommandMaker = (name, description) => {
    const subcommand = new Subcommand(name).copyInheritedSettings(program).description(description);
    program.addCommand(subcommand);
    return subcommand.takes(...FORMAT, parseOutputFormat).takes(...SOCKET, asText);
  };
  program.commandsGroup("Ports:");
  addPortCommands(make, session);
  program.commandsGroup("Layers and flows of a port:");
  addLayerCommands(make, session);
  program.commandsGroup("Firewall and routes of a port:");
  addFirewallCommands(make, session);
  addRouterCommands(make, session);
  program.commandsGroup("Further addresses of a port:");
  addAddressCommands(make, session);
  program.commandsGroup("Mappings and multicast, for all ports:");
  addMappingCommands(make, session);
  addMulticastCommands(make, session);
  program.commandsGroup("Watching and asking:");
  addStatsCommand(make, session);
  addTraceCommand(make, session);
  addExplainCommand(make, session);
  addSnapshotCommands(make, session);
  program.commandsGroup("Else:");
  addCheckConfigCommand(make, session);
  addCompleteCommand(make, program, session);
  addHelpCommand(make, program);
  for (const command of program.commands) if (command instanceof Subcommand) command.describeUsage();
  return program;
}

/** Of options that may be given several times, commander would tell that at first there are none. */
function optionDescription(program: Command, option: Option): string {
  const isRequired = program.commands.some((command) => command instanceof Subcommand && command.isRequired(option));
  return isRequired ? `${option.description} (required)` : option.description;
}

/** Commander's own help command takes an unknown subcommand for none. */
function addHelpCommand(make: SubcommandMaker, program: Command): void {
  program.helpCommand(false);
  make("help", "tell about a subcommand, or list all")
    .positional("[SUBCOMMAND]", "the subcommand", asText)
    .action((name: string | undefined) => {
      if (name === undefined) program.help();
      const command = program.commands.find((each) => each.name() === name);
      if (command === undefined) throw new UsageError(`unrecognized subcommand '${name}'`);
      command.help();
    });
}

function versionText(version: string): string {
  return `opteadm ${version} (API version ${API_VERSION}, as the reference's opteadm 0.${API_VERSION}.*)`;
}
