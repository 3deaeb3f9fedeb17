// The TCP tracking matrix (spec 02 §13.3): state, direction and flags to the next state, as one flat table.

import { TcpState as TcpStateName, type Direction } from "opte-api";

/** TCP states and their numbers (spec 02 §13.1). */
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
} as const;
export type TcpState = (typeof TcpState)[keyof typeof TcpState];

/** Names of the states, by number. */
export const TCP_STATE_NAMES: readonly TcpStateName[] = TcpStateName.ALL;

/** The segment does not fit the state; the packet usually passes all the same. */
export const UNEXPECTED = -1;
/** A SYN that begins the flow anew. */
export const NEW_FLOW = -2;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;

/**
 * Next state for a segment, or {@link UNEXPECTED} or {@link NEW_FLOW}.
 *
 * @param flags the TCP flags byte; only SYN, ACK, FIN and RST count
 * @param acksGuest whether the segment acknowledges the guest's latest sequence number plus one (inbound only)
 */
export function nextTcpState(dir: Direction, state: number, flags: number, acksGuest: boolean): number {
  if ((flags & TCP_RST) !== 0) return TcpState.Closed;
  const column = (flags & TCP_SYN ? 1 : 0) | (flags & TCP_ACK ? 2 : 0) | (flags & TCP_FIN ? 4 : 0);
  const row = ((dir === "in" ? 0 : 1) * 10 + state) * 16 + column * 2 + (acksGuest ? 0 : 1);
  return MATRIX[row] as number; // Unwrap: state is one of ten, column one of eight
}

// One line a state; columns none S A SA F SF AF SAF. `-` unexpected, `N` new flow, a digit the next state; `x|y` x if the
// segment acknowledges guest_seq + 1, else y.
const INBOUND = `
- 1 4 4 - 1 4 4
- 1 - 1 - 1 - 1
- N - 4 - N - 4
- 3 4 4 - 3 4 4
4 N 4 N 5 5 5 5
- N 5 5 5 5 5 5
- N 0|6 0|6 - N 0|6 0|6
- N 8|7 8|7 - N 9 9
- N 8 8 9|- 9|N 9|8 9|8
- N 9 9 9 9 9 9`;

const OUTBOUND = `
- 2 4 2 - 2 4 2
- N - 3 - N - 3
- 2 - 2 - 2 - 2
- N - 3 - N - 3
4 N 4 N 7 7 7 7
5 5 5 5 6 6 6 6
- N 6 6 6 6 6 6
- N 7 7 7 7 7 7
- N 8 8 - N 8 8
- N 9 9 - N 9 9`;

const MATRIX: Int8Array = Int8Array.from(
  `${INBOUND}${OUTBOUND}`
    .trim()
    .split(/\s+/)
    .flatMap((cell) => {
      const [acked = cell, other = acked] = cell.split("|");
      return [code(acked), code(other)];
    }),
);

function code(cell: string): number {
  if (cell === "-") return UNEXPECTED;
  return cell === "N" ? NEW_FLOW : Number(cell);
}
