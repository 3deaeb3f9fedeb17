// The numbers of the ioctl commands (spec 05 §1, §5).

/** Number of each command of the reference in the `cmd` field of an ioctl. */
export const OpteCmd = {
  ListPorts: 1,
  AddFwRule: 20,
  RemFwRule: 21,
  SetFwRules: 22,
  DumpTcpFlows: 30,
  DumpLayer: 31,
  DumpUft: 32,
  ListLayers: 33,
  ClearUft: 40,
  ClearLft: 41,
  SetVirt2Phys: 50,
  DumpVirt2Phys: 51,
  SetVirt2Boundary: 52,
  ClearVirt2Boundary: 53,
  DumpVirt2Boundary: 54,
  ClearVirt2Phys: 55,
  AddRouterEntry: 60,
  DelRouterEntry: 61,
  CreateXde: 70,
  DeleteXde: 71,
  SetXdeUnderlay: 72,
  ClearXdeUnderlay: 73,
  SetExternalIps: 80,
  AllowCidr: 90,
  RemoveCidr: 91,
  AttachSubnet: 92,
  DetachSubnet: 93,
  SetMcastForwarding: 100,
  ClearMcastForwarding: 101,
  DumpMcastForwarding: 102,
  McastSubscribe: 103,
  McastUnsubscribe: 104,
  SetMcast2Phys: 105,
  ClearMcast2Phys: 106,
  DumpMcastSubscriptions: 107,
  McastUnsubscribeAll: 108,
  DumpMcast2Phys: 109,
} as const;

/** The name of a command. */
export type OpteCmdName = keyof typeof OpteCmd;

/** The number of a command. */
export type OpteCmd = (typeof OpteCmd)[OpteCmdName];

/** Whether `cmd` is the number of a command of the reference. */
export function isOpteCmd(cmd: number): cmd is OpteCmd {
  return NUMBERS.has(cmd);
}

const NUMBERS: ReadonlySet<number> = new Set(Object.values(OpteCmd));

/**
 * Numbers of our own commands, which the reference does not have: from 1000 on, so that they never meet its numbers. They are sent to
 * our own device only.
 */
export const ExtensionCmd = {
  /** Adds a firewall rule, and tells its id. */
  AddFwRuleId: 1000,
  ListStats: 1010,
  OpenTrace: 1020,
  ReadTrace: 1021,
  CloseTrace: 1022,
  DumpLayerPage: 1030,
  DumpUftPage: 1031,
  DumpTcpFlowsPage: 1032,
  /** A layer's rules and defaults, without its flows. */
  DumpLayerRules: 1033,
  OpenSnapshot: 1040,
  ReadSnapshot: 1041,
  CloseSnapshot: 1042,
  OpenRestore: 1043,
  WriteRestore: 1044,
  CommitRestore: 1045,
  /** What would happen to a packet, and why. */
  Explain: 1050,
} as const;

/** The name of one of our own commands. */
export type ExtensionCmdName = keyof typeof ExtensionCmd;

/** The number of one of our own commands. */
export type ExtensionCmd = (typeof ExtensionCmd)[ExtensionCmdName];

/** First ioctl request number of xde. */
export const XDE_IOC = 0xde777700;

/** The one ioctl request that every command is sent with, as an unsigned 32-bit number. */
export const XDE_OPTE_CMD = 0xde777701;

/** Bit of the `flags` of an ioctl: a response was written to `respBytes`. */
export const OPTE_CMD_RESP_COPY_OUT = 1;
