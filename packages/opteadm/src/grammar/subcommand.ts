// A subcommand, and how its options and arguments get their values.

import { Argument, Command, Option } from "commander";
import { TextError } from "opte-api";
import { UsageError } from "./usage-error.js";

/** Adds a subcommand, with the options that all have. */
export type SubcommandMaker = (name: string, description: string) => Subcommand;

/** Longest usage that names every option that must be given. */
const MAX_USAGE = 60;

/** Reads the value of an option or argument. @throws TextError, UsageError */
export type ValueParser<T> = (text: string) => T;

/**
 * A subcommand of the grammar. Commander parses, dispatches and helps; what must be given is checked by {@link checkArguments}, which
 * names all that is missing at once, and after what is wrong.
 */
export class Subcommand extends Command {
  readonly #required = new Set<Option>();
  readonly #repeatable = new Set<Option>();
  readonly #operands: string[] = [];
  readonly #groups: (readonly string[])[] = [];
  #alternative = "";

  /** What must be given besides the options `seen` and the number of `operands`, as help writes it. */
  missing(seen: readonly Option[], operands: number): string[] {
    const given = new Set(seen.map(({ long }) => long));
    if (given.has(this.#alternative)) return [];
    const together = this.#groups.filter((group) => group.some((long) => given.has(long))).flat();
    const options = this.options.filter(
      (option) => !seen.includes(option) && (this.#required.has(option) || together.includes(option.long ?? "")),
    );
    return [
      ...options.map(({ flags }) => flags),
      ...this.#operands.slice(operands).filter((label) => label.startsWith("<")),
    ];
  }

  /** Options, by their long names, all or none of which must be given. */
  allOrNone(...longs: readonly string[]): this {
    this.#groups.push(longs);
    return this;
  }

  /** An option, by its long name, that stands for all that must be given. */
  insteadOfAll(long: string): this {
    this.#alternative = long;
    return this;
  }

  /** Whether the option must be given. */
  isRequired(option: Option): boolean {
    return this.#required.has(option);
  }

  /** Whether the option may be given more than once. */
  isRepeatable(option: Option): boolean {
    return this.#repeatable.has(option);
  }

  /** Adds an option that must be given. */
  needs<T>(flags: string, description: string, parse: ValueParser<T>): this {
    const option = valueOption(flags, description, parse);
    this.#required.add(option);
    return this.addOption(option);
  }

  /** Adds an option that may be given once. */
  takes<T>(flags: string, description: string, parse: ValueParser<T>): this {
    return this.addOption(valueOption(flags, description, parse));
  }

  /** Adds an option that may be given several times; `parse` gets the values so far. */
  collects<T>(
    flags: string,
    description: string,
    parse: (text: string, earlier: readonly T[], flags: string) => readonly T[],
    isRequired = false,
  ): this {
    const option = new Option(flags, description)
      .default([])
      .argParser((text: string, earlier: readonly T[]) => named(flags, text, () => parse(text, earlier, flags)));
    this.#repeatable.add(option);
    if (isRequired) this.#required.add(option);
    return this.addOption(option);
  }

  /** Adds an argument: `<NAME>` must be given, `[NAME]` may, `[NAME...]` may several times. */
  positional<T>(label: string, description: string, parse: ValueParser<T>): this {
    // To commander all are optional: what is missing is found by `missing`.
    const argument = new Argument(`[${label.replaceAll(/[<>[\]]/g, "")}]`, description);
    this.#operands.push(label);
    const read = (text: string): T => named(label, text, () => parse(text));
    if (argument.variadic) {
      argument.argParser((text: string, earlier: readonly T[] | undefined) => [...(earlier ?? []), read(text)]);
    } else {
      argument.argParser(read);
    }
    return this.addArgument(argument);
  }

  /** Whether so many arguments are too many. */
  isExcess(operands: number): boolean {
    return operands > this.#operands.length && this.registeredArguments.at(-1)?.variadic !== true;
  }

  /** The line that help begins with: all that must be given, and what may. */
  describeUsage(): this {
    const required = this.options.filter((option) => this.#required.has(option)).map(({ flags }) => flags);
    const usage = [...required, ...this.#operands, "[OPTIONS]"].join(" ");
    return this.usage(usage.length <= MAX_USAGE ? usage : [...this.#operands, "OPTIONS"].join(" "));
  }
}

function valueOption<T>(flags: string, description: string, parse: ValueParser<T>): Option {
  return new Option(flags, description).argParser((text: string) => named(flags, text, () => parse(text)));
}

/** Says which option or argument a wrong value was for. */
function named<T>(label: string, text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TextError || error instanceof RangeError)) throw error;
    throw new UsageError(`invalid value '${text}' for '${label}': ${error.message}`);
  }
}
