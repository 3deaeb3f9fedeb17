// Firewall rules and the line that describes one (spec 04 §4).

import { DECIMAL_FAULT_TEXT, Direction, parseDecimal, TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";
import { FirewallAction } from "./firewall-action.js";
import { FirewallHosts } from "./firewall-hosts.js";
import { FirewallPorts } from "./firewall-ports.js";
import { FirewallProtocol } from "./firewall-protocol.js";

const TYPE = "firewall rule";
const MAX_PRIORITY = 0xffff;

/** A rule of a port's firewall. */
export interface FirewallRule {
  readonly direction: Direction;
  /** All of them must match. */
  readonly filters: FirewallFilters;
  readonly action: FirewallAction;
  /** 0 to 65535; lower is tried first. At equal priority deny comes before allow. */
  readonly priority: number;
}

/** Which packets a rule is about. */
export interface FirewallFilters {
  readonly hosts: FirewallHosts;
  readonly protocol: FirewallProtocol;
  readonly ports: FirewallPorts;
}

/** Matches every packet. */
export const ANY_FILTERS: FirewallFilters = {
  hosts: { kind: "any" },
  protocol: { kind: "any" },
  ports: { kind: "any" },
};

/** Reads and prints firewall rules. */
export const FirewallRule = {
  /**
   * Reads a line of `key=value` words, each separated from the next by one blank, in any case and order: `dir`, `action` and
   * `priority`, and optionally `hosts`, `protocol` and `port`. Of a repeated key the last one counts, but all must be right.
   *
   * @throws TextError `bad_token`, `invalid_key`, `bad_priority`, `missing_action`, `missing_dir`, `missing_priority`, or the
   *   fault of a value
   */
  parse: (line: string): FirewallRule => {
    const draft: RuleDraft = {};
    for (const token of asciiLowerCase(line).split(" ")) readToken(line, token, draft);
    const { action, direction, priority, hosts, protocol, ports } = draft;
    if (action === undefined) throw missing(line, "action");
    if (direction === undefined) throw missing(line, "dir");
    if (priority === undefined) throw missing(line, "priority");
    return {
      direction,
      filters: {
        hosts: hosts ?? ANY_FILTERS.hosts,
        protocol: protocol ?? ANY_FILTERS.protocol,
        ports: ports ?? ANY_FILTERS.ports,
      },
      action,
      priority,
    };
  },

  /** Prints a line that {@link FirewallRule.parse} reads, unless a filter has no text that can be read; leaves out what is `any`. */
  format: ({ direction, action, priority, filters }: FirewallRule): string => {
    const { hosts, protocol, ports } = filters;
    return [
      `dir=${direction}`,
      `action=${action}`,
      `priority=${priority}`,
      ...(hosts.kind === "any" ? [] : [`hosts=${FirewallHosts.format(hosts)}`]),
      ...(protocol.kind === "any" ? [] : [`protocol=${FirewallProtocol.format(protocol)}`]),
      ...(ports.kind === "any" ? [] : [`port=${FirewallPorts.format(ports)}`]),
    ].join(" ");
  },
} as const;

/** Prints filters. */
export const FirewallFilters = {
  /** The reference's own text, which cannot be read back: `proto=TCP ports=80 hosts=ANY`. */
  toReferenceString: ({ hosts, protocol, ports }: FirewallFilters): string => {
    const proto = FirewallProtocol.toReferenceString(protocol);
    return `proto=${proto} ports=${FirewallPorts.toReferenceString(ports)} hosts=${FirewallHosts.toReferenceString(hosts)}`;
  },
} as const;

/** What has been read of a rule line. */
interface RuleDraft {
  direction?: Direction;
  action?: FirewallAction;
  priority?: number;
  hosts?: FirewallHosts;
  protocol?: FirewallProtocol;
  ports?: FirewallPorts;
}

function readToken(line: string, token: string, draft: RuleDraft): void {
  const equals = token.indexOf("=");
  if (equals < 0) {
    throw new TextError(TYPE, "bad_token", line, `"${token}" is not of the form "key=value"`);
  }
  const value = token.slice(equals + 1);
  switch (token.slice(0, equals)) {
    case "dir":
      draft.direction = Direction.parse(value);
      break;
    case "action":
      draft.action = FirewallAction.parse(value);
      break;
    case "priority":
      draft.priority = parsePriority(line, value);
      break;
    case "hosts":
      draft.hosts = FirewallHosts.parse(value);
      break;
    case "protocol":
      draft.protocol = FirewallProtocol.parse(value);
      break;
    case "port":
      draft.ports = FirewallPorts.parse(value);
      break;
    default:
      throw new TextError(
        TYPE,
        "invalid_key",
        line,
        `"${token}" has none of the keys dir, action, priority, hosts, protocol, port`,
      );
  }
}

function parsePriority(line: string, digits: string): number {
  const priority = parseDecimal(digits, MAX_PRIORITY);
  if (typeof priority === "number") return priority;
  throw new TextError(TYPE, "bad_priority", line, `priority "${digits}" is wrong: ${DECIMAL_FAULT_TEXT[priority]}`);
}

function missing(line: string, key: string): TextError {
  return new TextError(TYPE, `missing_${key}`, line, `the key "${key}" is missing`);
}
