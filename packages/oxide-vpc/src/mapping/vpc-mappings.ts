// What all ports of a sled know of the world around them.

import { Mcast2Phys } from "./m2p.js";
import { Virt2Boundary } from "./v2b.js";
import { Virt2Phys } from "./v2p.js";

/** The mappings that the ports of a sled share. A change counts for the next flow; flows under way keep what they have found. */
export class VpcMappings {
  readonly v2p: Virt2Phys = new Virt2Phys();
  readonly v2b: Virt2Boundary = new Virt2Boundary();
  readonly m2p: Mcast2Phys = new Mcast2Phys();
}
