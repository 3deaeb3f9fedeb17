// Counts of passed and failed scenarios and records, by area.

import type { Report } from "./report.js";

/** Counts of one area, or of one group within an area. */
export interface AreaTally {
  /** `area`, or `area/group`. */
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** How many scenarios each deviation rule touched. */
  readonly deviations: ReadonlyMap<string, number>;
}

interface MutableTally {
  passed: number;
  failed: number;
  readonly deviations: Map<string, number>;
}

/** Collects reports. */
export class Tally {
  readonly #areas = new Map<string, MutableTally>();
  readonly #groups = new Map<string, MutableTally>();
  readonly #total: MutableTally = emptyTally();
  #touched = 0;

  add(report: Report): void {
    const passed = report.mismatches.length === 0;
    const counted = [this.#total, entry(this.#areas, report.area)];
    if (report.group !== undefined) counted.push(entry(this.#groups, `${report.area}/${report.group}`));
    for (const tally of counted) {
      if (passed) tally.passed++;
      else tally.failed++;
      for (const weakness of report.deviations) {
        tally.deviations.set(weakness, (tally.deviations.get(weakness) ?? 0) + 1);
      }
    }
    if (report.deviations.length > 0) this.#touched++;
  }

  /** Areas by name, each followed by its groups. */
  get rows(): AreaTally[] {
    return [...this.#areas, ...this.#groups]
      .map(([name, tally]) => ({ name, ...tally }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get total(): AreaTally {
    return { name: "total", ...this.#total };
  }

  /** Scenarios and records that any deviation rule touched. */
  get touched(): number {
    return this.#touched;
  }
}

function emptyTally(): MutableTally {
  return { passed: 0, failed: 0, deviations: new Map() };
}

function entry(tallies: Map<string, MutableTally>, name: string): MutableTally {
  const found = tallies.get(name) ?? emptyTally();
  tallies.set(name, found);
  return found;
}
