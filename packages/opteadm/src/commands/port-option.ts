// The option that names a port.

import type { Subcommand } from "../grammar/subcommand.js";
import { asText } from "../grammar/values.js";

/** What commander hands over of it. */
export interface PortOption {
  readonly p: string;
}

/** Adds the option, which must be given. */
export function withPort(subcommand: Subcommand): Subcommand {
  return subcommand.needs("-p <PORT>", "the port", asText);
}
