import type { StatBlock, StatRegistration, StatsProvider } from "../provider/stats.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { type PublishedCounter, statsSuite, type StatsSubject } from "./stats-suite.js";

/** Blocks by module and name; its methods are what mutants get wrong. */
class BlockTable implements StatsProvider {
  readonly blocks: Map<string, StatBlock> = new Map();

  register(block: StatBlock): StatRegistration {
    const key = this.key(block.module, block.name);
    this.refuseTaken(key);
    this.blocks.set(key, this.kept(block));
    const kept = this.blocks.get(key);
    return {
      unregister: (): void => {
        if (this.blocks.get(key) === kept) this.blocks.delete(key);
      },
    };
  }

  read(module: string, name: string): readonly PublishedCounter[] | undefined {
    const block = this.blocks.get(this.key(module, name));
    return block?.fields.map((field, i) => [field, block.values[i] ?? 0]);
  }

  key(module: string, name: string): string {
    return `${module}/${name}`;
  }

  refuseTaken(key: string): void {
    if (this.blocks.has(key)) throw new Error(`"${key}" is taken`);
  }

  kept(block: StatBlock): StatBlock {
    return { ...block };
  }
}

const suiteOf = (makeTable: () => BlockTable): Mutant["suite"] =>
  statsSuite((): StatsSubject => {
    const table = makeTable();
    return { stats: table, read: (module, name) => table.read(module, name) };
  });

const mutant = (fault: string, rule: string, table: new () => BlockTable): Mutant => ({
  fault,
  rule,
  suite: suiteOf(() => new table()),
});

trySuite("statsSuite", { "a table of blocks": suiteOf(() => new BlockTable()) }, [
  mutant(
    "shows blocks that nobody registered",
    "publishes nothing before it is given",
    class extends BlockTable {
      override read(module: string, name: string): readonly PublishedCounter[] {
        return super.read(module, name) ?? [];
      }
    },
  ),
  mutant(
    "sorts fields",
    "publishes every field of a block under its name, in its order",
    class extends BlockTable {
      override read(module: string, name: string): readonly PublishedCounter[] | undefined {
        return super.read(module, name)?.toSorted();
      }
    },
  ),
  mutant(
    "leaves out zeros",
    "publishes every field of a block under its name, in its order",
    class extends BlockTable {
      override read(module: string, name: string): readonly PublishedCounter[] | undefined {
        return super.read(module, name)?.filter(([, value]) => value !== 0);
      }
    },
  ),
  mutant(
    "copies counters when a block is registered",
    "shows counters as they go on, not as they were",
    class extends BlockTable {
      override kept(block: StatBlock): StatBlock {
        return { ...block, values: block.values.slice() };
      }
    },
  ),
  mutant(
    "lets no counter fall",
    "shows counters as they go on, not as they were",
    class extends BlockTable {
      readonly #highest: Map<string, number> = new Map();

      override read(module: string, name: string): readonly PublishedCounter[] | undefined {
        return super.read(module, name)?.map(([field, value]) => {
          const highest = Math.max(value, this.#highest.get(field) ?? 0);
          this.#highest.set(field, highest);
          return [field, highest];
        });
      }
    },
  ),
  mutant(
    "counts in 32 bits",
    "shows counters exactly, up to 2^53 - 1",
    class extends BlockTable {
      override read(module: string, name: string): readonly PublishedCounter[] | undefined {
        return super.read(module, name)?.map(([field, value]) => [field, value >>> 0]);
      }
    },
  ),
  mutant(
    "takes counters away when they are read",
    "does not write to a block",
    class extends BlockTable {
      override read(module: string, name: string): readonly PublishedCounter[] | undefined {
        const counters = super.read(module, name);
        this.blocks.get(this.key(module, name))?.values.fill(0);
        return counters;
      }
    },
  ),
  mutant(
    "takes a port and its layers for one",
    "keeps blocks apart",
    class extends BlockTable {
      override key(module: string, name: string): string {
        return super.key(module, name.split("_")[0] ?? "");
      }

      override refuseTaken(): void {
        // The later block replaces the earlier one.
      }
    },
  ),
  mutant(
    "lets a second block of a name replace the first",
    "refuses a block whose name is taken, and leaves the first as it is",
    class extends BlockTable {
      override refuseTaken(): void {
        // Whoever comes last wins.
      }
    },
  ),
  mutant(
    "refuses a second block of a name, but has lost the first",
    "refuses a block whose name is taken, and leaves the first as it is",
    class extends BlockTable {
      override refuseTaken(key: string): void {
        const isTaken = this.blocks.delete(key);
        if (isTaken) throw new Error("Taken");
      }
    },
  ),
  mutant(
    "refuses a second block of a name without a word",
    "refuses a block whose name is taken, and leaves the first as it is",
    class extends BlockTable {
      override refuseTaken(key: string): void {
        if (this.blocks.has(key)) throw new Error();
      }
    },
  ),
  mutant(
    "keeps a block for ever",
    "withdraws a block",
    class extends BlockTable {
      override register(block: StatBlock): StatRegistration {
        super.register(block);
        return { unregister: (): void => undefined };
      }
    },
  ),
  mutant(
    "hands out a name once",
    "takes a name again that has been withdrawn",
    class extends BlockTable {
      readonly #known: Set<string> = new Set();

      override refuseTaken(key: string): void {
        if (this.#known.has(key)) throw new Error(`"${key}" is taken`);
        this.#known.add(key);
      }
    },
  ),
  mutant(
    "withdraws whatever has the name by then",
    "withdraws a block once, not the next one of its name",
    class extends BlockTable {
      override register(block: StatBlock): StatRegistration {
        super.register(block);
        return { unregister: (): void => void this.blocks.delete(this.key(block.module, block.name)) };
      }
    },
  ),
  mutant(
    "throws when a block is withdrawn again",
    "withdraws a block once, not the next one of its name",
    class extends BlockTable {
      override register(block: StatBlock): StatRegistration {
        const { unregister } = super.register(block);
        let isRegistered = true;
        return {
          unregister: (): void => {
            if (!isRegistered) throw new Error("Not registered");
            isRegistered = false;
            unregister();
          },
        };
      }
    },
  ),
]);
