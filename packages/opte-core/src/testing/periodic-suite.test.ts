import { checkInterval, type PeriodicProvider, type PeriodicTimer } from "../provider/periodic.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { periodicSuite, type PeriodicSubject } from "./periodic-suite.js";

interface Entry {
  readonly name: string;
  readonly intervalMs: number;
  readonly callback: () => void;
  dueMs: number;
}

/** Timers on virtual time; its methods are what mutants get wrong. */
class VirtualTimers implements PeriodicProvider {
  nowMs = 0;
  entries: Entry[] = [];

  start(name: string, intervalMs: number, callback: () => void): PeriodicTimer {
    this.check(intervalMs);
    const entry: Entry = { name, intervalMs, callback, dueMs: this.firstDue(intervalMs) };
    this.entries.push(entry);
    return {
      stop: (): void => {
        this.remove(entry);
      },
    };
  }

  elapse(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.entries.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      this.call(next);
    }
    this.nowMs = untilMs;
  }

  check(intervalMs: number): void {
    checkInterval(intervalMs);
  }

  firstDue(intervalMs: number): number {
    return this.nowMs + intervalMs;
  }

  call(entry: Entry): void {
    entry.dueMs += entry.intervalMs;
    entry.callback();
  }

  remove(entry: Entry): void {
    this.entries = this.entries.filter((each) => each !== entry);
  }
}

const suiteOf = (timers: new () => VirtualTimers): Mutant["suite"] =>
  periodicSuite((): PeriodicSubject => {
    const periodic = new timers();
    return { periodic, clock: { nowMs: () => periodic.nowMs }, elapse: (ms) => periodic.elapse(ms) };
  });

const mutant = (fault: string, rule: string, timers: new () => VirtualTimers): Mutant => ({
  fault,
  rule,
  suite: suiteOf(timers),
});

/** Timers of the event loop, in real time. */
const real: PeriodicSubject = {
  periodic: {
    start(_name, intervalMs, callback): PeriodicTimer {
      checkInterval(intervalMs);
      const timer = setInterval(callback, intervalMs);
      return { stop: (): void => clearInterval(timer) };
    },
  },
  clock: { nowMs: () => performance.now() },
  elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const REFUSES = "refuses an interval that is not a positive multiple of 10 ms (bad_interval)";
const TAKES = "takes an interval that is a positive multiple of 10 ms (good_interval)";
const NOT_AT_ONCE = "does not call back while it is being started";
const AGAIN = "calls back again and again";
const NOT_EARLY = "calls back no earlier than every interval, whatever other timers do";
const STOPPED_BEFORE = "does not call back once it is stopped before its first call";
const STOPPED_BETWEEN = "does not call back once it is stopped between calls";
const STOPS_ITSELF = "can be stopped by its own callback";
const STOPS_OTHER = "can be stopped by the callback of another that is due at the same time";
const STOPS_AGAIN = "can be stopped again without harm to a timer started since";
const SAME_NAME = "goes on when another of the same name is stopped";
const NESTED = "can be started by a callback";

trySuite("periodicSuite", { "virtual time": suiteOf(VirtualTimers), "real time": periodicSuite(() => real) }, [
  mutant(
    "takes any interval",
    REFUSES,
    class extends VirtualTimers {
      override check(): void {
        // Every number will do.
      }
    },
  ),
  mutant(
    "refuses intervals with an error of its own",
    REFUSES,
    class extends VirtualTimers {
      override check(intervalMs: number): void {
        if (intervalMs <= 0 || intervalMs % 10 !== 0) throw new RangeError("Bad interval");
      }
    },
  ),
  mutant(
    "takes short intervals only",
    TAKES,
    class extends VirtualTimers {
      override check(intervalMs: number): void {
        checkInterval(intervalMs > 100 ? 1 : intervalMs);
      }
    },
  ),
  mutant(
    "calls back at once",
    NOT_AT_ONCE,
    class extends VirtualTimers {
      override start(name: string, intervalMs: number, callback: () => void): PeriodicTimer {
        const timer = super.start(name, intervalMs, callback);
        callback();
        return timer;
      }
    },
  ),
  mutant(
    "calls back once",
    AGAIN,
    class extends VirtualTimers {
      override call(entry: Entry): void {
        this.remove(entry);
        entry.callback();
      }
    },
  ),
  mutant(
    "never calls back",
    AGAIN,
    class extends VirtualTimers {
      override firstDue(): number {
        return Number.POSITIVE_INFINITY;
      }
    },
  ),
  mutant(
    "calls back twice as often",
    NOT_EARLY,
    class extends VirtualTimers {
      override call(entry: Entry): void {
        entry.dueMs += entry.intervalMs / 2;
        entry.callback();
      }
    },
  ),
  mutant(
    "makes its first call as soon as it can",
    NOT_EARLY,
    class extends VirtualTimers {
      override firstDue(): number {
        return this.nowMs;
      }
    },
  ),
  mutant(
    "runs all timers at the pace of the fastest",
    NOT_EARLY,
    class extends VirtualTimers {
      override call(entry: Entry): void {
        entry.dueMs += entry.intervalMs;
        for (const each of this.entries) each.callback();
      }
    },
  ),
  mutant(
    "cannot stop a timer before its first call",
    STOPPED_BEFORE,
    class extends VirtualTimers {
      override remove(entry: Entry): void {
        if (entry.dueMs > this.nowMs + entry.intervalMs - 1) entry.dueMs = this.nowMs + 1;
        else super.remove(entry);
      }

      override call(entry: Entry): void {
        super.call(entry);
        super.remove(entry);
      }
    },
  ),
  mutant(
    "does not stop",
    STOPPED_BETWEEN,
    class extends VirtualTimers {
      override remove(): void {
        // It goes on for ever.
      }
    },
  ),
  mutant(
    "makes the next call that it had planned",
    STOPS_ITSELF,
    class extends VirtualTimers {
      override call(entry: Entry): void {
        super.call(entry);
        if (!this.entries.includes(entry)) this.entries.push({ ...entry, callback: () => this.#last(entry) });
      }

      #last(entry: Entry): void {
        this.entries = this.entries.filter((each) => each.name !== entry.name);
        entry.callback();
      }
    },
  ),
  mutant(
    "calls every timer that was due when it looked",
    STOPS_OTHER,
    class extends VirtualTimers {
      override call({ dueMs }: Entry): void {
        for (const due of this.entries.filter((each) => each.dueMs === dueMs)) super.call(due);
      }
    },
  ),
  mutant(
    "throws when it is stopped again",
    STOPS_AGAIN,
    class extends VirtualTimers {
      override remove(entry: Entry): void {
        if (!this.entries.includes(entry)) throw new Error("No such timer");
        super.remove(entry);
      }
    },
  ),
  mutant(
    "stops the timer that stands in its place by now",
    STOPS_AGAIN,
    class extends VirtualTimers {
      override start(name: string, intervalMs: number, callback: () => void): PeriodicTimer {
        const place = this.entries.length;
        super.start(name, intervalMs, callback);
        return { stop: (): void => void this.entries.splice(place, 1) };
      }
    },
  ),
  mutant(
    "knows timers by name",
    SAME_NAME,
    class extends VirtualTimers {
      override remove(entry: Entry): void {
        this.entries = this.entries.filter((each) => each.name !== entry.name);
      }
    },
  ),
  mutant(
    "forgets timers that a callback starts",
    NESTED,
    class extends VirtualTimers {
      override call(entry: Entry): void {
        const { entries } = this;
        this.entries = [...entries];
        super.call(entry);
        this.entries = entries;
      }
    },
  ),
  mutant(
    "counts the time of timers that a callback starts from the beginning",
    NESTED,
    class extends VirtualTimers {
      override firstDue(intervalMs: number): number {
        return intervalMs;
      }
    },
  ),
]);
