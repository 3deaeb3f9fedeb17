// Types of the floors that floor.mjs leaves out.

import type { FloorHit, FloorTable } from "./floor-functions.mjs";

export const floorVariants: {
  readonly hitOut4Icmp: FloorHit;
  readonly hitIn4: FloorHit;
  readonly hitOut6: FloorHit;
  readonly hitIn6: FloorHit;
  readonly table6: (flows: number) => FloorTable;
  /** Adds the flow whose source stands at word `a` of `w` and whose destination stands at word `d`. @returns the word offset of its record */
  readonly insert6: (t: FloorTable, w: Int32Array, a: number, d: number, ports: number, proto: number) => number;
};
