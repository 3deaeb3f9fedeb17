// States of a tracked TCP connection (spec 01 §1.9); there is no CLOSING.

/** A TCP state by its name in the reference's interfaces. */
export type TcpState =
  | "Closed"
  | "Listen"
  | "SynSent"
  | "SynRcvd"
  | "Established"
  | "CloseWait"
  | "LastAck"
  | "FinWait1"
  | "FinWait2"
  | "TimeWait";

const PRINTED: Readonly<Record<TcpState, string>> = {
  Closed: "CLOSED",
  Listen: "LISTEN",
  SynSent: "SYN_SENT",
  SynRcvd: "SYN_RCVD",
  Established: "ESTABLISHED",
  CloseWait: "CLOSE_WAIT",
  LastAck: "LAST_ACK",
  FinWait1: "FIN_WAIT_1",
  FinWait2: "FIN_WAIT_2",
  TimeWait: "TIME_WAIT",
};

/** Lists and prints TCP states. */
export const TcpState = {
  /** All states; a state's place is its number on the wire. */
  ALL: [
    "Closed",
    "Listen",
    "SynSent",
    "SynRcvd",
    "Established",
    "CloseWait",
    "LastAck",
    "FinWait1",
    "FinWait2",
    "TimeWait",
  ],

  /** The printed name: `SYN_SENT`. */
  format: (state: TcpState): string => PRINTED[state],
} as const;
