// Who has made a route (spec 04 §5.1).

import { TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

/** `system` routes come with a VPC, `custom` ones from its users; at equal prefix length a custom route wins. */
export type RouterClass = "system" | "custom";

/** Reads and prints router classes. */
export const RouterClass = {
  /** Reads `system` or `custom` in any case. @throws TextError `invalid_class` */
  parse: (text: string): RouterClass => {
    const lower = asciiLowerCase(text);
    if (lower === "system" || lower === "custom") return lower;
    throw new TextError("router class", "invalid_class", text, 'it is neither "system" nor "custom"');
  },

  /** `System` or `Custom`. */
  format: (routerClass: RouterClass): string => (routerClass === "system" ? "System" : "Custom"),
} as const;
