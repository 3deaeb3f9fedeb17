// The text form of an address prefix, `address/length`, common to both families (spec 01 §1.5).

import { DECIMAL_FAULT_TEXT, parseDecimal } from "./decimal.js";
import { TextError } from "./text-error.js";

/**
 * Splits and reads a prefix text; host bits are the caller's to clear.
 *
 * @param bits length of the family's addresses, in bits
 * @throws TextError `no_slash`, `bad_ip`, `bad_prefix:` and a decimal fault, or `prefix_range`, the first that applies
 */
export function parseCidr<A>(
  type: string,
  text: string,
  bits: number,
  parseAddr: (text: string) => A,
): { address: A; prefixLen: number } {
  const slash = text.indexOf("/");
  if (slash < 0) throw new TextError(type, "no_slash", text, 'it has no "/"');
  const address = parseNetwork(type, text, slash, parseAddr);
  const prefixLen = parseDecimal(text.slice(slash + 1), 0xff);
  if (typeof prefixLen === "string") {
    throw new TextError(
      type,
      `bad_prefix:${prefixLen}`,
      text,
      `in its prefix length, ${DECIMAL_FAULT_TEXT[prefixLen]}`,
    );
  }
  if (prefixLen > bits) {
    throw new TextError(type, "prefix_range", text, `its prefix length is over ${bits}`);
  }
  return { address, prefixLen };
}

function parseNetwork<A>(type: string, text: string, slash: number, parseAddr: (text: string) => A): A {
  try {
    return parseAddr(text.slice(0, slash));
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new TextError(type, "bad_ip", text, "its address cannot be parsed", error);
  }
}
