// What a conformance scenario is: a port, operations on it, and their recorded results, in the vectors' own spelling
// (vectors/FORMAT.md). Addresses, prefixes and targets stay text here; the subject reads them.

import type { Json } from "./json.js";

/** One line of a scenario file. */
export interface Scenario {
  readonly name: string;
  readonly area: string;
  readonly port: ScenarioPort;
  /** Executed while the port is ready. */
  readonly setup: readonly ScenarioOp[];
  /** Whether the port is started between setup and steps. */
  readonly autostart: boolean;
  readonly steps: readonly ScenarioOp[];
  readonly expect: {
    readonly setup: readonly StepResult[];
    readonly steps: readonly StepResult[];
    /** The reference panicked at the last result; steps behind it were not executed. */
    readonly aborted: boolean;
  };
}

export type ScenarioDirection = "in" | "out";

/** External addresses of one family. */
export interface ScenarioExternalIps {
  readonly snat: { readonly external_ip: string; readonly ports: readonly [first: number, last: number] } | null;
  readonly ephemeral_ip: string | null;
  readonly floating_ips: readonly string[];
}

/** Addressing of the port in one family. */
export interface ScenarioIpCfg {
  readonly vpc_subnet: string;
  readonly private_ip: string;
  readonly gateway_ip: string;
  readonly external_ips: ScenarioExternalIps;
  readonly attached_subnets: readonly { readonly cidr: string; readonly is_external: boolean }[];
  readonly transit_ips: readonly { readonly cidr: string; readonly allow_in: boolean; readonly allow_out: boolean }[];
}

/** Configuration that the scenario's port is built from. */
export interface ScenarioPort {
  readonly name: string;
  /** At least one family is present. */
  readonly ip_cfg: { readonly ipv4?: ScenarioIpCfg; readonly ipv6?: ScenarioIpCfg };
  readonly guest_mac: string;
  readonly gateway_mac: string;
  readonly vni: number;
  readonly phys_ip: string;
  /** Advertised to the guest, in bytes. */
  readonly mtu: number;
  readonly dhcp: {
    readonly hostname: string | null;
    readonly host_domain: string | null;
    readonly domain_search_list: readonly string[];
    readonly dns4_servers: readonly string[];
    readonly dns6_servers: readonly string[];
  };
  /** Flow table sizes, every one of them: absent limits have been replaced by their defaults. */
  readonly limits: Readonly<Record<LimitName, number>>;
}

export type LimitName = "uft" | "tcp" | "firewall" | "nat" | "gateway" | "router" | "overlay";

/** Limits of a port that does not say otherwise. */
export const DEFAULT_LIMITS: Readonly<Record<LimitName, number>> = {
  uft: 8096,
  tcp: 8096,
  firewall: 8096,
  nat: 8096,
  gateway: 1,
  router: 1,
  overlay: 1,
};

/** A firewall rule in the vectors' text syntaxes. */
export interface ScenarioFwRule {
  readonly dir: ScenarioDirection;
  readonly priority: number;
  readonly action: "allow" | "deny";
  readonly hosts: string;
  readonly protocol: string;
  readonly ports: "any" | readonly number[];
}

/** A packet enters the port. */
export interface PacketOp {
  readonly op: "packet";
  readonly dir: ScenarioDirection;
  /** The complete frame. */
  readonly frame: Uint8Array;
}

/** An operation on the port that is not a packet; also what only moves the clock (`advance`). */
export type ControlOp =
  | { readonly op: "set_fw_rules"; readonly rules: readonly ScenarioFwRule[] }
  | { readonly op: "add_fw_rule"; readonly rule: ScenarioFwRule }
  | { readonly op: "rem_fw_rule"; readonly dir: ScenarioDirection; readonly id: number }
  | {
      readonly op: "add_router_entry" | "del_router_entry";
      readonly dest: string;
      readonly class: "system" | "custom";
      readonly target: string;
    }
  | {
      readonly op: "set_v2p" | "clear_v2p";
      readonly vip: string;
      readonly phys: { readonly ether: string; readonly ip: string; readonly vni: number };
    }
  | {
      readonly op: "set_v2b" | "clear_v2b";
      readonly prefix: string;
      readonly tep: readonly { readonly ip: string; readonly vni: number }[];
    }
  | { readonly op: "set_m2p"; readonly group: string; readonly underlay: string }
  | { readonly op: "clear_m2p"; readonly group: string }
  | {
      readonly op: "set_external_ips";
      readonly v4: ScenarioExternalIps | null;
      readonly v6: ScenarioExternalIps | null;
      /** Internet gateways by external address; stored for later attach and detach even if the call fails. */
      readonly inet_gw_map: Readonly<Record<string, readonly string[]>> | null;
    }
  | { readonly op: "allow_cidr" | "remove_cidr"; readonly cidr: string; readonly dir: ScenarioDirection }
  | { readonly op: "attach_subnet"; readonly cidr: string; readonly is_external: boolean }
  | { readonly op: "detach_subnet"; readonly cidr: string }
  | { readonly op: "clear_lft" | "dump_layer" | "layer_stats"; readonly layer: string }
  | { readonly op: "advance"; readonly ms: number }
  | { readonly op: BareOp };

/** Operations without arguments. */
export const BARE_OPS = [
  "clear_uft",
  "expire_flows",
  "dump_uft",
  "dump_tcp_flows",
  "dump_v2p",
  "dump_v2b",
  "dump_m2p",
  "list_layers",
  "stats",
  "epoch",
  "state",
  "start",
  "pause",
  "reset",
] as const;
export type BareOp = (typeof BARE_OPS)[number];

export type ScenarioOp = PacketOp | ControlOp;

/** Result of a control operation; `ok` holds the answer in the vectors' JSON form, null if there is none. */
export type OperationResult =
  | { readonly ok: Json }
  /** Refused: `variant` is the name of the OpteError kind, `errno` the illumos number. */
  | { readonly err: { readonly variant: string; readonly errno: number } }
  /** The operation could not even be constructed; nothing happened. */
  | { readonly invalid: string };

/** A flow id in the vectors' form. ICMP has type, code and id; TCP and UDP have sport and dport. */
export interface ScenarioFlow {
  readonly proto: number;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly type?: number;
  readonly code?: number;
  readonly id?: number;
}

export type ScenarioDropReason =
  | { readonly kind: "layer"; readonly layer: string; readonly reason: "rule" | "default" | "action" }
  | { readonly kind: "tcp_err" }
  | { readonly kind: "handle_pkt" }
  /** A reason of our own, never recorded; `kind` names it. */
  | { readonly kind: "limit"; readonly reason: string };

export type ScenarioParseError =
  | { readonly kind: "header"; readonly header: string; readonly error: string }
  | {
      readonly kind: "illegal_value" | "bad_length";
      readonly field: string;
      readonly expected: number;
      readonly actual: number;
    }
  | { readonly kind: "unrecognised_tunnel_opt"; readonly class: number; readonly type: number };

/** What the port did with a packet, apart from its counters. */
export type PacketOutcome =
  | { readonly verdict: "parse_error"; readonly error: ScenarioParseError }
  | (PacketFlow &
      (
        | { readonly verdict: "modified" | "hairpin"; readonly frame: Uint8Array }
        | { readonly verdict: "drop"; readonly reason: ScenarioDropReason }
        | { readonly verdict: "error"; readonly error: { readonly kind: string; readonly text?: string } }
      ))
  /** Recorded only: the reference panicked, so that any verdict will do. */
  | { readonly verdict: "panic" };

/** The inner flow as parsed, before any rewrite. */
export interface PacketFlow {
  readonly flow: ScenarioFlow;
  readonly flow_crc32: number;
}

/** Counters by their vector names; of a packet: signed changes, zero if absent. */
export type Counters = Readonly<Record<string, number>>;

/** Outcome of a packet with the port counters that it changed; none for a parse error. */
export type PacketResult = PacketOutcome & { readonly stats?: Counters };

export type StepResult = PacketResult | OperationResult;
