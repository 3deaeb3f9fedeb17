// States of a tracked TCP connection (spec 01 §1.9); there is no CLOSING.

/** State numbers, which are also their places in the reference's enumeration. */
export const TcpState = {
  Closed: 0,
  Listen: 1,
  SynSent: 2,
  SynRcvd: 3,
  Established: 4,
  CloseWait: 5,
  LastAck: 6,
  FinWait1: 7,
  FinWait2: 8,
  TimeWait: 9,

  /** The printed name: `SYN_SENT`. */
  format: (state: TcpState): string => NAMES[state],
} as const;

/** A TCP state, as its number. */
export type TcpState = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

const NAMES = [
  "CLOSED",
  "LISTEN",
  "SYN_SENT",
  "SYN_RCVD",
  "ESTABLISHED",
  "CLOSE_WAIT",
  "LAST_ACK",
  "FIN_WAIT_1",
  "FIN_WAIT_2",
  "TIME_WAIT",
] as const;
