// SNAT and 1:1 NAT of the model (spec 02 §15): what a flow's packets are translated to, and the ports that flows hold.

import type { Direction } from "opte-api";
import { ADDRESSES, Host, ICMP, TCP, UDP, type ModelFlow, type Rewrite } from "./model-flow.js";

/** What a stateful action keeps for a flow. */
export interface ModelDescriptor {
  readonly name: string;
  readonly rewrite: Readonly<Record<Direction, Rewrite>>;
  /** Text of the body transformation of the flow's ICMP packets, if it has any. */
  readonly nested: string | undefined;
  isValid(): boolean;
  release(): void;
}

/** The first and last port of the external address; the free ports of a protocol are a stack, the highest on top. */
export const FIRST_PORT = 40_000;

/** What a generator came to. */
export type ModelGenerated =
  { readonly kind: "value"; readonly value: ModelDescriptor } | { readonly kind: "deny" } | { readonly kind: "error" };

export class ModelNat {
  readonly free: Readonly<Record<"tcp" | "udp" | "icmp", number[]>>;
  /** Whether the external address of 1:1 NAT is still the guest's. */
  isAssigned: boolean = true;

  constructor(ports: number) {
    const stack = (): number[] => Array.from({ length: ports }, (_, i) => FIRST_PORT + i);
    this.free = { tcp: stack(), udp: stack(), icmp: stack() };
  }

  snat(flow: ModelFlow): ModelGenerated {
    const free = flow.proto === TCP ? this.free.tcp : flow.proto === UDP ? this.free.udp : this.free.icmp;
    const port = free.pop();
    if (port === undefined) return { kind: "error" };
    const release = (): void => {
      free.push(port);
    };
    if (flow.proto === ICMP && flow.first !== ECHO_REQUEST) {
      release();
      return { kind: "deny" };
    }
    const guestPort = flow.proto === ICMP ? flow.second : flow.first;
    return {
      kind: "value",
      value: {
        name: flow.proto === ICMP ? "SNAT_ICMP_ECHO" : "SNAT",
        rewrite: {
          out: { name: "SNAT", end: "src", address: Host.SnatExternal, port },
          in: { name: "SNAT", end: "dst", address: Host.Guest, port: guestPort },
        },
        nested: undefined,
        isValid: () => false,
        release,
      },
    };
  }

  oneToOne(): ModelGenerated {
    return {
      kind: "value",
      value: {
        name: "NAT",
        rewrite: {
          out: { name: "NAT", end: "src", address: Host.NatExternal },
          in: { name: "NAT", end: "dst", address: Host.GuestNat },
        },
        nested: `[nested]: ${String(ADDRESSES[Host.GuestNat])} <=> ${String(ADDRESSES[Host.NatExternal])}`,
        isValid: () => this.isAssigned,
        release: () => undefined,
      },
    };
  }
}

const ECHO_REQUEST = 8;
