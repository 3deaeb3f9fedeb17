// A route of a port (spec 04 §5.1).

import type { IpCidr } from "opte-api";
import type { RouterClass } from "./router-class.js";
import type { RouterTarget } from "./router-target.js";

/** Where packets to `dest` go. The longest prefix wins; at equal length, custom before system. */
export interface RouterEntry {
  readonly dest: IpCidr;
  readonly target: RouterTarget;
  readonly class: RouterClass;
}
