// One figure of something else that does a part of the job.

export interface PeerFigure {
  readonly name: string;
  readonly what: string;
  readonly unit: "ns a packet" | "packets a second";
  /** The best of many rounds. */
  readonly best: number;
  /** What is done for each packet, so that nobody compares unlike things. */
  readonly work: string;
}

/** A saved run. */
export interface PeerResults {
  readonly date: string;
  readonly load: readonly number[];
  readonly figures: readonly PeerFigure[];
}

export const PEER_HEAD: readonly string[] = ["peer", "measured", "best", "work"];

/** Cells of a figure, for {@link PEER_HEAD}. */
export function peerCells({ name, what, unit, best, work }: PeerFigure): string[] {
  return [name, what, `${Math.round(best).toLocaleString("en")} ${unit}`, work];
}

/** Durations of `work` in ms, after as many rounds that do not count. @param prepare runs before each round */
export function timesOf(rounds: number, work: () => void, prepare: () => void = () => {}): number[] {
  const durations = Array.from({ length: 2 * rounds }, () => {
    prepare();
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return durations.slice(rounds);
}
