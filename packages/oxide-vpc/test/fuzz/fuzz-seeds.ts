// Which runs of a fuzz test to do: all of them when OPTE_FUZZ is `full`, a part otherwise; the one that it names by its seed.

/** The seeds of the runs. */
export function fuzzSeeds(full: number, part: number): readonly number[] {
  const asked = process.env["OPTE_FUZZ"] ?? "";
  if (asked !== "" && asked !== "full") return [Number(asked)];
  return Array.from({ length: asked === "full" ? full : part }, (_, i) => i);
}

/** Does the runs one after the other. @throws Error that names the seed of the first that failed */
export async function runSeeds(seeds: readonly number[], run: (seed: number) => void | Promise<void>): Promise<void> {
  for (const seed of seeds) {
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}
