// Ports of TCP and UDP (spec 01 §1.6); a port of the engine is something else.

import { DECIMAL_FAULT_TEXT, parseDecimal } from "./decimal.js";
import { TextError } from "./text-error.js";

/** A port of TCP or UDP, an integer from 0 to 65535. */
export const PortNumber = {
  /** Reserved: no flow uses it; in a configuration it stands for any port the system picks. */
  DYNAMIC: 0,
  MAX: 0xffff,

  /** Reads a strict decimal number. @throws TextError a {@link DecimalFault} */
  parse: (text: string): number => {
    const value = parseDecimal(text, PortNumber.MAX);
    if (typeof value === "string") throw new TextError("port", value, text, DECIMAL_FAULT_TEXT[value]);
    return value;
  },
} as const;
