// The outer headers of a packet while transformations run: what is to become of each of the three (spec 01 §6).

import type {
  EncapFields,
  EtherFields,
  EtherHeader,
  GeneveHeader,
  HeaderTransform,
  IpFields,
  IpHeader,
} from "./header-transform.js";

/** An outer header: as it came (or did not come), popped, or one to push. */
export type Pending<Header> = "asReceived" | "popped" | Header;

/** The outer headers that a packet came with: fields of theirs are changed where they stand. */
export interface ReceivedHeaders {
  setEther(fields: EtherFields): void;
  /** @returns whether the header is of the fields' family */
  setIp(fields: IpFields): boolean;
  setEncap(fields: EncapFields): void;
}

/** Outer header names, as errors say them. */
export type OuterHeaderName = "outer ether" | "outer IP" | "outer encap";

/** The fate of the three outer headers. */
export class OuterHeaders {
  ether: Pending<EtherHeader> = "asReceived";
  ip: Pending<IpHeader> = "asReceived";
  encap: Pending<GeneveHeader> = "asReceived";

  /** Starts anew: all three as received. */
  reset(): void {
    this.ether = "asReceived";
    this.ip = "asReceived";
    this.encap = "asReceived";
  }

  /**
   * Runs the outer actions of a transformation in order; the first that fails ends it, and those before it stay. A push replaces
   * what is there, a pop of an absent header does nothing.
   *
   * @param received the headers that the packet came with, if any
   * @returns name of the header to modify that is missing, or nothing
   */
  run(transform: HeaderTransform, received: ReceivedHeaders | undefined): OuterHeaderName | undefined {
    const { outerEther, outerIp, outerEncap } = transform;
    if (outerEther !== undefined) {
      if (outerEther.kind !== "modify") this.ether = replacement(outerEther);
      else if (!this.#modifyEther(outerEther.fields, received)) return "outer ether";
    }
    if (outerIp !== undefined) {
      if (outerIp.kind !== "modify") this.ip = replacement(outerIp);
      else if (!this.#modifyIp(outerIp.fields, received)) return "outer IP";
    }
    if (outerEncap !== undefined) {
      if (outerEncap.kind !== "modify") this.encap = replacement(outerEncap);
      else if (!this.#modifyEncap(outerEncap.fields, received)) return "outer encap";
    }
    return undefined;
  }

  #modifyEther(fields: EtherFields, received: ReceivedHeaders | undefined): boolean {
    if (isPushed(this.ether)) this.ether = { ...this.ether, ...fields };
    else if (this.ether === "popped" || received === undefined) return false;
    else received.setEther(fields);
    return true;
  }

  #modifyIp(fields: IpFields, received: ReceivedHeaders | undefined): boolean {
    if (!isPushed(this.ip)) return this.ip === "asReceived" && received?.setIp(fields) === true;
    // One branch a family, so that header and fields agree in the types of their addresses.
    if (this.ip.version === 4 && fields.version === 4) this.ip = { ...this.ip, ...fields };
    else if (this.ip.version === 6 && fields.version === 6) this.ip = { ...this.ip, ...fields };
    else return false;
    return true;
  }

  #modifyEncap(fields: EncapFields, received: ReceivedHeaders | undefined): boolean {
    if (isPushed(this.encap)) this.encap = { ...this.encap, ...fields };
    else if (this.encap === "popped" || received === undefined) return false;
    else received.setEncap(fields);
    return true;
  }
}

/** Whether a header is to be pushed. */
export function isPushed<Header extends object>(pending: Pending<Header>): pending is Header {
  return typeof pending === "object";
}

function replacement<Header>(
  action: { readonly kind: "push"; readonly header: Header } | { readonly kind: "pop" },
): Header | "popped" {
  return action.kind === "push" ? action.header : "popped";
}
