// The destination ports that a firewall rule is about (spec 04 §4.1, §4.2).

import { PortNumber, TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

/** Destination ports, in both directions. An empty list matches nothing; nor does a list match packets without ports. */
export type FirewallPorts = { readonly kind: "any" } | { readonly kind: "portList"; readonly ports: readonly number[] };

/** Reads and prints port filters. */
export const FirewallPorts = {
  /**
   * Reads `any` in any case (a comma may follow it), or ports separated by commas, none of which is 0. Order and repetitions are kept.
   *
   * @throws TextError a {@link DecimalFault}, or `port_zero`
   */
  parse: (text: string): FirewallPorts => {
    const lower = asciiLowerCase(text);
    if (lower === "any" || lower === "any,") return { kind: "any" };
    const ports = lower.split(",").map((part) => PortNumber.parse(part));
    if (ports.includes(PortNumber.DYNAMIC)) {
      throw new TextError("firewall ports", "port_zero", text, "no flow uses port 0");
    }
    return { kind: "portList", ports };
  },

  /** Prints what {@link FirewallPorts.parse} reads. */
  format: (ports: FirewallPorts): string => (ports.kind === "any" ? "any" : ports.ports.join(",")),

  /** The reference's own text, which cannot be read back: `ANY`, or the first port alone. */
  toReferenceString: (ports: FirewallPorts): string =>
    ports.kind === "any" ? "ANY" : ports.ports.slice(0, 1).join(""),
} as const;
