// The conformance suite of stats providers.

import type { StatBlock, StatRegistration, StatsProvider } from "../provider/stats.js";
import { caught, check, quietly, type TestCase } from "./test-case.js";

/** A counter as it can be read back. */
export type PublishedCounter = readonly [field: string, value: number];

/** A stats provider under test, with what it publishes. */
export interface StatsSubject {
  readonly stats: StatsProvider;
  /** Counters of a block in their published order, as a reader finds them now; `undefined` for a block that is not published. */
  read(module: string, name: string): readonly PublishedCounter[] | undefined;
}

const MODULE = "xde";

/**
 * The contract of {@link StatsProvider}, for one that publishes.
 *
 * @param makeSubject makes a provider for one test, with nothing registered
 */
export function statsSuite(makeSubject: () => StatsSubject): readonly TestCase[] {
  return [
    {
      name: "publishes nothing before it is given",
      run(): void {
        expectAbsent(makeSubject(), "opte0");
      },
    },
    {
      name: "publishes every field of a block under its name, in its order",
      run(): void {
        const subject = makeSubject();
        register(subject, makeBlock("opte0", ["in_modified", "a", "out_drop"], [3, 0, 7]));
        expectCounters(subject, "opte0", [
          ["in_modified", 3],
          ["a", 0],
          ["out_drop", 7],
        ]);
      },
    },
    {
      name: "shows counters as they go on, not as they were",
      run(): void {
        const subject = makeSubject();
        const block = makeBlock("opte0", ["hits"], [1]);
        register(subject, block);
        expectCounters(subject, "opte0", [["hits", 1]]);
        block.values[0] = 2;
        expectCounters(subject, "opte0", [["hits", 2]]);
        block.values[0] = 1;
        expectCounters(subject, "opte0", [["hits", 1]]);
      },
    },
    {
      name: "shows counters exactly, up to 2^53 - 1",
      run(): void {
        const subject = makeSubject();
        register(subject, makeBlock("opte0", ["hits"], [Number.MAX_SAFE_INTEGER]));
        expectCounters(subject, "opte0", [["hits", Number.MAX_SAFE_INTEGER]]);
      },
    },
    {
      name: "does not write to a block",
      run(): void {
        const subject = makeSubject();
        const block = makeBlock("opte0", ["hits", "misses"], [5, 6]);
        const registration = register(subject, block);
        subject.read(MODULE, "opte0");
        registration.unregister();
        check(block.values.join() === "5,6", `Expected values 5,6 to stay, got ${block.values.join()}`);
      },
    },
    {
      name: "keeps blocks apart",
      run(): void {
        const subject = makeSubject();
        const first = register(subject, makeBlock("opte0", ["hits"], [1]));
        register(subject, makeBlock("opte0_firewall", ["hits"], [2]));
        expectCounters(subject, "opte0", [["hits", 1]]);
        expectCounters(subject, "opte0_firewall", [["hits", 2]]);
        first.unregister();
        expectAbsent(subject, "opte0");
        expectCounters(subject, "opte0_firewall", [["hits", 2]]);
      },
    },
    {
      name: "refuses a block whose name is taken, and leaves the first as it is",
      run(): void {
        const subject = makeSubject();
        register(subject, makeBlock("opte0", ["hits"], [1]));
        const thrown = caught(() => subject.stats.register(makeBlock("opte0", ["hits"], [2])));
        check(thrown !== undefined, 'Expected a second block "opte0" to be refused');
        check(
          thrown.error instanceof Error && thrown.error.message !== "",
          `Expected an Error with a message for the port to pass on, got ${String(thrown.error)}`,
        );
        expectCounters(subject, "opte0", [["hits", 1]]);
      },
    },
    {
      name: "withdraws a block",
      run(): void {
        const subject = makeSubject();
        register(subject, makeBlock("opte0", ["hits"], [1])).unregister();
        expectAbsent(subject, "opte0");
      },
    },
    {
      name: "takes a name again that has been withdrawn",
      run(): void {
        const subject = makeSubject();
        register(subject, makeBlock("opte0", ["hits"], [1])).unregister();
        register(subject, makeBlock("opte0", ["hits"], [2]));
        expectCounters(subject, "opte0", [["hits", 2]]);
      },
    },
    {
      name: "withdraws a block once, not the next one of its name",
      run(): void {
        const subject = makeSubject();
        const block = makeBlock("opte0", ["hits"], [1]);
        const first = register(subject, block);
        first.unregister();
        quietly("A second unregister", () => first.unregister());
        register(subject, block);
        quietly("A third unregister", () => first.unregister());
        expectCounters(subject, "opte0", [["hits", 1]]);
      },
    },
  ];
}

function makeBlock(name: string, fields: readonly string[], values: readonly number[]): StatBlock {
  return { module: MODULE, name, fields, values: Float64Array.from(values) };
}

function register({ stats }: StatsSubject, block: StatBlock): StatRegistration {
  return quietly(`register of "${block.name}"`, () => stats.register(block));
}

function expectCounters(subject: StatsSubject, name: string, expected: readonly PublishedCounter[]): void {
  const got = JSON.stringify(subject.read(MODULE, name));
  check(got === JSON.stringify(expected), `Expected "${name}" to show ${JSON.stringify(expected)}, got ${got}`);
}

function expectAbsent(subject: StatsSubject, name: string): void {
  const got = subject.read(MODULE, name);
  check(got === undefined, `Expected no block "${name}", got ${JSON.stringify(got)}`);
}
