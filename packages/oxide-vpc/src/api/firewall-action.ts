// What a firewall rule does (spec 04 §4.1).

import { TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

/** `allow` lets the flow and its answers pass. */
export type FirewallAction = "allow" | "deny";

/** Reads firewall actions. */
export const FirewallAction = {
  /** Reads `allow` or `deny` in any case. @throws TextError `invalid_action` */
  parse: (text: string): FirewallAction => {
    const lower = asciiLowerCase(text);
    if (lower === "allow" || lower === "deny") return lower;
    throw new TextError("firewall action", "invalid_action", text, 'it is neither "allow" nor "deny"');
  },
} as const;
