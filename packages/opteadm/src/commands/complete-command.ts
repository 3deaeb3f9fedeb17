// `opteadm complete`: completion for bash, zsh and fish. The scripts are those of @bomb.sh/tab; they ask `opteadm complete -- WORDS…`
// what may stand at the last word, and get a line for each choice, a tab before its description, and at the end a sum: 4 for no file names,
// 2 for no space behind the choice.

import { script } from "@bomb.sh/tab";
import type { Command, Option } from "commander";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { UsageError } from "../grammar/usage-error.js";
import type { Session } from "../run/session.js";
import { PROBE_NAMES } from "./trace-command.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const NO_FILE_NAMES = 4;
const FILE_NAMES = 0;
const NO_SPACE = 2;
/** What to complete with must come at once, or not at all. */
const DEVICE_TIMEOUT_MS = 500;

const HELP = `
To complete in this shell:
  bash: source <(opteadm complete bash)
  zsh:  source <(opteadm complete zsh)
  fish: opteadm complete fish | source`;

/** What may stand at a place. */
interface Choice {
  readonly text: string;
  readonly description: string;
}

/** Adds the command. */
export function addCompleteCommand(make: SubcommandMaker, program: Command, session: Session): void {
  make("complete", "write the completion script of a shell")
    .positional("<SHELL>", "bash, zsh or fish", (text) => text)
    .positional("[WORD]...", "what the script asks about", (text) => text)
    .addHelpText("after", HELP)
    .action(async (shell: string, words: readonly string[] | undefined) => {
      // After `--` come the words of a command line, the first one in place of the shell.
      if (session.hasOperandMark) await complete(program, session, [shell, ...(words ?? [])]);
      else writeScript(parseShell(shell, words), session);
    });
}

function writeScript(shell: Shell, session: Session): void {
  script(shell, "opteadm", "opteadm");
  // Else bash would never complete the names of files.
  if (shell === "bash") session.surroundings.stdout.write("complete -o default -F __opteadm_complete opteadm\n");
}

function parseShell(text: string, words: readonly string[] | undefined): Shell {
  const shell = SHELLS.find((each) => each === text);
  if (shell === undefined)
    throw new UsageError(`invalid value '${text}' for '<SHELL>': it is none of ${SHELLS.join(", ")}`);
  if (words !== undefined && words.length > 0) throw new UsageError(`unexpected argument '${words.join(" ")}'`);
  return shell;
}

async function complete(program: Command, session: Session, words: readonly string[]): Promise<void> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = program.commands.find((each) => before.includes(each.name()));
  const previous = before.at(-1);
  const option = (command ?? program).options.find(({ short, long }) => [short, long].includes(previous ?? ""));
  let choices: readonly Choice[];
  let directive = NO_FILE_NAMES;
  if (option?.required === true) {
    choices = await valueChoices(option, session);
    if (FILE_OPTIONS.has(option.long ?? "")) directive = FILE_NAMES;
  } else if (last.startsWith("-")) {
    choices = optionChoices(command ?? program);
  } else if (command === undefined) {
    choices = program.commands.map((each) => ({ text: each.name(), description: each.description() }));
  } else {
    choices = await argumentChoices(command, session);
    if (command.registeredArguments.some((argument) => argument.name() === "FILE")) directive = FILE_NAMES;
  }
  const fitting = choices.filter(({ text }) => text.startsWith(last));
  const lines = fitting.map(({ text, description }) => `${text}\t${description}\n`);
  const goOn = fitting.length > 0 && fitting.every(({ text }) => text.endsWith("=")) ? NO_SPACE : 0;
  session.surroundings.stdout.write(`${lines.join("")}:${directive + goOn}\n`);
}

const FILE_OPTIONS: ReadonlySet<string> = new Set(["--config", "--socket"]);

function optionChoices(command: Command): Choice[] {
  return command.options.map(({ short, long, description }) => ({ text: long ?? short ?? "", description }));
}

/** Fixed words of options, by their long names. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "--format": ["table", "compat", "json"],
  "--dir": ["in", "out"],
  "--action": ["allow", "deny"],
  "--protocol": ["any", "arp", "tcp", "udp", "icmp", "icmp6"],
  "--ports": ["any"],
  "--hosts": ["any", "ip=", "subnet=", "vni="],
};

async function valueChoices(option: Option, session: Session): Promise<readonly Choice[]> {
  if (option.short === "-p") return portNames(session);
  return (WORDS[option.long ?? ""] ?? []).map((text) => ({ text, description: option.description }));
}

/** Fixed words of arguments, by the subcommands' names. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "dump-layer": ["gateway", "firewall", "router", "nat", "overlay"],
  "clear-lft": ["gateway", "firewall", "router", "nat", "overlay"],
  complete: SHELLS,
  trace: PROBE_NAMES,
};

async function argumentChoices(command: Command, session: Session): Promise<readonly Choice[]> {
  if (command.name() === "delete-xde") return portNames(session);
  if (command.name() === "help") {
    return (command.parent?.commands ?? []).map((each) => ({ text: each.name(), description: each.description() }));
  }
  return (ARGUMENTS[command.name()] ?? []).map((text) => ({ text, description: "" }));
}

/** The ports of the device, none if it does not answer. */
async function portNames(session: Session): Promise<Choice[]> {
  const timeout = session.surroundings.pause(DEVICE_TIMEOUT_MS).then(() => []);
  const names = session
    .device()
    .then((device) => device.call("ListPorts", undefined))
    .then(({ ports }) => ports.map(({ name, macAddr }) => ({ text: name, description: macAddr.toString() })))
    .catch(() => []);
  return Promise.race([names, timeout]);
}
