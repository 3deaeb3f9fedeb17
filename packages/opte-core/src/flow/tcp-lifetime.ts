// Lifetimes and eviction verdicts of tracked TCP flows (spec 02 §13.5).

import { interpolatePriority, PROTECTED } from "./eviction.js";
import { TcpState } from "./tcp-matrix.js";

/** Idle time after which a half-open or last-ACK flow goes. */
const TCP_INCIPIENT_TTL_MS = 5_000;
/** Idle time after which a closing flow goes. */
const TCP_CLOSING_TTL_MS = 120_000;
/** Idle time after which an established flow goes. */
const TCP_ESTABLISHED_TTL_MS = 8_000_000;

const INCIPIENT_PROTECTED_MS = 2_500;
const CLOSING_PROTECTED_MS = 5_000;
const ESTABLISHED_PROTECTED_MS = 60_000;
const LOWEST = 2;
const HIGHEST = 0xfffe;
const ESTABLISHED_PRIORITY = 1;
const CLOSED_PRIORITY = 0xffff;

/** Idle time in ms after which a flow in `state` expires. */
export function tcpTtlMs(state: number): number {
  switch (state) {
    case TcpState.Closed:
      return 0;
    case TcpState.Established:
      return TCP_ESTABLISHED_TTL_MS;
    case TcpState.TimeWait:
    case TcpState.CloseWait:
    case TcpState.FinWait1:
    case TcpState.FinWait2:
      return TCP_CLOSING_TTL_MS;
    default:
      return TCP_INCIPIENT_TTL_MS;
  }
}

/** How many classes of states there are, each with a lifetime and an eviction verdict of its own. */
export const TCP_LIFETIME_CLASSES = 4;

/** Class of a state. Of two flows of a class, the one that was hit longer ago has no lower priority. */
export function tcpLifetimeClass(state: number): number {
  switch (tcpTtlMs(state)) {
    case TCP_INCIPIENT_TTL_MS:
      return 0;
    case TCP_CLOSING_TTL_MS:
      return 1;
    case TCP_ESTABLISHED_TTL_MS:
      return 2;
    default:
      return 3;
  }
}

/** Eviction verdict of a flow in `state` that was last hit `ageMs` ago. */
export function tcpPriority(state: number, ageMs: number): number {
  switch (state) {
    case TcpState.Closed:
      return CLOSED_PRIORITY;
    case TcpState.Established:
      return ageMs < ESTABLISHED_PROTECTED_MS ? PROTECTED : ESTABLISHED_PRIORITY;
    case TcpState.TimeWait:
    case TcpState.CloseWait:
    case TcpState.FinWait1:
    case TcpState.FinWait2:
      return rising(ageMs, CLOSING_PROTECTED_MS, TCP_CLOSING_TTL_MS);
    default:
      return rising(ageMs, INCIPIENT_PROTECTED_MS, TCP_INCIPIENT_TTL_MS);
  }
}

function rising(ageMs: number, fromMs: number, toMs: number): number {
  if (ageMs <= fromMs) return PROTECTED;
  return interpolatePriority(ageMs, fromMs, toMs, LOWEST, HIGHEST) as number; // Unwrap: constants are in order
}
