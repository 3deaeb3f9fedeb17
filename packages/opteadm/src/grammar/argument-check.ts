// What commander leaves out, or would find in an order that hides the real fault: an option that takes the next option as its value, one
// given twice, and all that is missing.

import type { Command, Option } from "commander";
import { Subcommand } from "./subcommand.js";
import { UsageError } from "./usage-error.js";

/**
 * Checks `argv`, without the program's name. An unknown subcommand or option, too many arguments, and all that help and version need,
 * is left to commander.
 *
 * @returns the line for commander, in which a value stands apart from its short option
 * @throws UsageError
 */
export function checkArguments(program: Command, argv: readonly string[]): readonly string[] {
  const walk = new Walk(argv);
  walk.options(program, true);
  const name = walk.next();
  const subcommand = program.commands.find((command) => command.name() === name);
  if (subcommand instanceof Subcommand) {
    walk.options(subcommand, false);
    if (!walk.isForCommander) walk.checkMissing(subcommand);
  }
  return walk.done();
}

/** Walks through the words of a command line. */
class Walk {
  /** Whether there is help to give, or something that commander knows to complain about. */
  isForCommander = false;
  readonly #words: readonly string[];
  #at = 0;
  readonly #out: string[] = [];
  #seen: Option[] = [];
  #operands = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Takes one word as it is. */
  next(): string | undefined {
    const word = this.#words[this.#at];
    if (word !== undefined) this.#take(word);
    return word;
  }

  /** Takes options of `command`, up to the first operand or to the end. */
  options(command: Command, untilOperand: boolean): void {
    this.#seen = [];
    this.#operands = 0;
    for (let word = this.#words[this.#at]; word !== undefined; word = this.#words[this.#at]) {
      if (word === "--") {
        this.#operands += this.#words.length - this.#at - 1;
        return;
      }
      const isOption = word.startsWith("-") && word !== "-" && !NEGATIVE_NUMBER.test(word);
      if (!isOption && untilOperand) return;
      if (!isOption) {
        this.#operands++;
        this.#take(word);
      } else if (word.startsWith("--")) {
        this.#long(command, word);
      } else {
        this.#cluster(command, word);
      }
    }
  }

  checkMissing(command: Subcommand): void {
    if (command.isExcess(this.#operands)) return;
    const labels = command.missing(this.#seen, this.#operands);
    if (labels.length > 0) throw new UsageError(`missing ${labels.join(", ")}`);
  }

  /** The words that were taken, and those that were not. */
  done(): string[] {
    return [...this.#out, ...this.#words.slice(this.#at)];
  }

  #take(...words: readonly string[]): void {
    this.#out.push(...words);
    this.#at++;
  }

  #long(command: Command, word: string): void {
    const equals = word.indexOf("=");
    const flag = equals < 0 ? word : word.slice(0, equals);
    const option = command.options.find(({ long }) => long === flag);
    if (option === undefined) {
      this.isForCommander = true;
      this.#take(word);
      return;
    }
    this.#note(command, option);
    this.#take(word);
    if (!option.required) return;
    this.#value(option, equals < 0 ? undefined : word.slice(equals + 1));
  }

  /** Short options in one word; the last one's value may be a part of it, behind a `=` or not. */
  #cluster(command: Command, word: string): void {
    for (let i = 1; i < word.length; i++) {
      const option = command.options.find(({ short }) => short === `-${word.charAt(i)}`);
      if (option === undefined) {
        this.isForCommander = true;
        this.#take(word);
        return;
      }
      this.#note(command, option);
      if (!option.required) continue;
      this.#take(word.slice(0, i + 1));
      const rest = word.slice(i + 1);
      if (rest !== "") this.#out.push(rest.startsWith("=") ? rest.slice(1) : rest);
      this.#value(option, rest === "" ? undefined : (this.#out.at(-1) ?? ""));
      return;
    }
    this.#take(word);
  }

  /** Takes the value of `option`, unless it was `given` with it. */
  #value(option: Option, given: string | undefined): void {
    const value = given ?? this.#words[this.#at];
    if (value === undefined) throw new UsageError(`a value is required for '${option.flags}'`);
    if (given === undefined) {
      if (value.startsWith("-") && value !== "-") {
        const rest = this.#words.slice(this.#at).join(" ");
        throw new UsageError(`a value is required for '${option.flags}', but what follows is '${rest}'`);
      }
      this.#take(value);
    }
  }

  #note(command: Command, option: Option): void {
    const isRepeatable = command instanceof Subcommand && command.isRepeatable(option);
    if (!isRepeatable && this.#seen.includes(option)) {
      throw new UsageError(`the argument '${option.flags}' cannot be used multiple times`);
    }
    this.#seen.push(option);
  }
}

const NEGATIVE_NUMBER = /^-\d/;
