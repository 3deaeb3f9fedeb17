// Filters of multicast packets by their source (spec 04 §8).

import { IpAddr } from "opte-api";

/** From which sources packets are wanted: only from these, or from all but these. */
export interface SourceFilter {
  readonly kind: "include" | "exclude";
  /** Without repetitions, in ascending order, as {@link SourceFilter.of} makes them. */
  readonly sources: readonly IpAddr[];
}

/** Excludes none. */
export const ANY_SOURCE: SourceFilter = { kind: "exclude", sources: [] };

/** Makes, asks and prints source filters. */
export const SourceFilter = {
  /** A filter of these sources, sorted and each once. */
  of: (kind: SourceFilter["kind"], sources: readonly IpAddr[]): SourceFilter => ({
    kind,
    sources: sources
      .toSorted((a, b) => IpAddr.compare(a, b))
      .filter((source, i, sorted) => {
        const previous = sorted[i - 1];
        return previous === undefined || !IpAddr.equals(previous, source);
      }),
  }),

  /** Whether packets from `source` are wanted. */
  allows: (filter: SourceFilter, source: IpAddr): boolean =>
    filter.sources.some((each) => IpAddr.equals(each, source)) === (filter.kind === "include"),

  /** `EXCLUDE() (any)`, `INCLUDE() (none)`, `INCLUDE(10.0.0.1, fd00::1)`. */
  format: ({ kind, sources }: SourceFilter): string => {
    const mode = kind.toUpperCase();
    if (sources.length === 0) return `${mode}() (${kind === "include" ? "none" : "any"})`;
    return `${mode}(${sources.join(", ")})`;
  },
} as const;
