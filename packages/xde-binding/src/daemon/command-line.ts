// The command line of the daemon, and what it leaves to the configuration file.

import { parseArgs } from "node:util";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseUdpPeer, parseUdpUnderlay } from "../link/udp/udp-endpoint.js";
import { parseSocketAddress } from "./config/socket-address.js";
import type { UnderlayConfig, XdedConfig } from "./config/xded-config.js";
import { parseXdedConfig } from "./config/xded-config-json.js";
import type { XdedOptions } from "./xded.js";

/** What `--help` prints. */
export const HELP = `Usage: xded [--config FILE] [options]

Runs an OPTE device in user space until it is told to stop by SIGTERM or SIGINT.
An option wins over the field of the configuration file.

  --config FILE               configuration in JSON (xded-config.schema.json)
  --state DIR                 folder of the saved state; /var/lib/opte, without
                              root ~/.local/state/opte
  --socket PATH               socket for commands; /run/opte/xde.sock, without
                              root $XDG_RUNTIME_DIR/opte/xde.sock
  --underlay udp:[ADDR]:PORT  link udp0 to the underlay; port 6081 if left out
  --peer PHYS_IP=[ADDR]:PORT  where the sled of an underlay address is reached;
                              may be given several times
  --guest PORT=unix:PATH      socket on which the guest of a port connects; may
                              be given several times
  --listen ADDR:PORT          where /metrics and /healthz are answered; nowhere
                              if left out
  --log-level LEVEL           debug, info, warn, error or silent; info if left
                              out
  -h, --help                  display this help
  -V, --version               tell the version
`;

/** Levels of the log. */
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/** Something is wrong with the command line; the message names the option. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the command line says. */
export type CommandLine =
  | { readonly kind: "help" | "version" }
  | {
      readonly kind: "run";
      readonly logLevel: LogLevelName;
      readonly socket: string | undefined;
      readonly options: Omit<XdedOptions, "log" | "serve">;
    };

/**
 * Reads the command line, and the configuration file that it names.
 *
 * @param readConfig reads a file of JSON
 * @throws UsageError, XdedConfigError, or what `readConfig` throws
 */
export function readCommandLine(args: readonly string[], readConfig: (path: string) => unknown): CommandLine {
  const values = parseOptions(args);
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const config: XdedConfig = parseXdedConfig(values.config === undefined ? {} : readConfig(values.config));
  const { listen, state, socket } = values;
  return {
    kind: "run",
    logLevel: logLevelOf(values["log-level"]),
    socket: socket ?? config.socket,
    options: {
      state: state ?? config.state ?? defaultState(),
      underlay: underlayOf(values.underlay, values.peer ?? [], config.underlay),
      guests: new Map([...Object.entries(config.guests), ...(values.guest ?? []).map(guestOf)]),
      listen: listen === undefined ? config.listen : checked("listen", listen, parseSocketAddress),
      flows: config.flows,
      ports: config.ports,
    },
  };
}

function parseOptions(args: readonly string[]): ReturnType<typeof parsed> {
  try {
    return parsed(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parsed(args: readonly string[]): {
  config?: string | undefined;
  state?: string | undefined;
  socket?: string | undefined;
  underlay?: string | undefined;
  peer?: string[] | undefined;
  guest?: string[] | undefined;
  listen?: string | undefined;
  "log-level"?: string | undefined;
  help?: boolean | undefined;
  version?: boolean | undefined;
} {
  return parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      state: { type: "string" },
      socket: { type: "string" },
      underlay: { type: "string" },
      peer: { type: "string", multiple: true },
      guest: { type: "string", multiple: true },
      listen: { type: "string" },
      "log-level": { type: "string" },
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "V" },
    },
  }).values;
}

function underlayOf(
  bind: string | undefined,
  peers: readonly string[],
  config: UnderlayConfig | undefined,
): UnderlayConfig | undefined {
  const given = peers.map((peer) => checked("peer", peer, parseUdpPeer));
  if (bind !== undefined) {
    return { bind: checked("underlay", bind, parseUdpUnderlay), peers: [...(config?.peers ?? []), ...given] };
  }
  if (config !== undefined) return { bind: config.bind, peers: [...config.peers, ...given] };
  if (given.length > 0) throw new UsageError("--peer: there is no underlay; give --underlay too");
  return undefined;
}

function guestOf(text: string): readonly [port: string, path: string] {
  const [, port, path] = /^(.+?)=unix:(.+)$/s.exec(text) ?? [];
  if (port === undefined || path === undefined) throw new UsageError(`--guest: "${text}" is not PORT=unix:PATH`);
  return [port, path];
}

function logLevelOf(text: string | undefined): LogLevelName {
  const level = LOG_LEVELS.find((each) => each === (text ?? "info"));
  if (level === undefined) throw new UsageError(`--log-level: "${text ?? ""}" is none of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function checked<T>(option: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`--${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function defaultState(): string {
  if (process.getuid?.() === 0) return "/var/lib/opte";
  return join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "opte");
}
