// One run of the program: its device, and the form of its answers.

import { TextError } from "opte-api";
import { wantedValue } from "../grammar/wanted-value.js";
import { apiJson } from "../print/api-json.js";
import { COLOUR, PLAIN, type Table, tableText } from "../print/table/table.js";
import type { Surroundings, TextSink } from "./surroundings.js";
import type { XdeDevice } from "./xde-device.js";

/** `table` for people, `compat` the reference's text for scripts made for it, `json` for other scripts. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const OUTPUT_FORMATS = ["table", "compat", "json"] as const;

/** Reads the name of a format. @throws TextError */
export function parseOutputFormat(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((each) => each === text);
  if (format === undefined) {
    throw new TextError("format", "invalid_format", text, `it is none of ${OUTPUT_FORMATS.join(", ")}`);
  }
  return format;
}

/** An answer in each of its forms. */
export interface Answer {
  /** As the API has it. */
  readonly json: unknown;
  readonly tables: () => readonly Table[];
  readonly compat: () => string;
}

/** One run of the program. */
export class Session {
  readonly format: OutputFormat;
  readonly surroundings: Surroundings;
  /** Whether `--` stands on the command line. */
  readonly hasOperandMark: boolean;
  readonly #socket: string | undefined;
  #device: Promise<XdeDevice> | undefined;

  constructor(surroundings: Surroundings, argv: readonly string[]) {
    this.surroundings = surroundings;
    this.format = OUTPUT_FORMATS.find((each) => each === wantedValue(argv, "--format")) ?? "table";
    this.hasOperandMark = argv.includes("--");
    this.#socket = wantedValue(argv, "--socket");
  }

  /** The device, connected with at the first use. */
  device(): Promise<XdeDevice> {
    this.#device ??= this.surroundings.connect(this.#socket);
    return this.#device;
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    const device = await this.#device?.catch(() => undefined);
    device?.close();
  }

  /** Writes an answer in the chosen form. */
  show(answer: Answer): void {
    const { stdout, env } = this.surroundings;
    switch (this.format) {
      case "json":
        stdout.write(`${apiJson(answer.json)}\n`);
        break;
      case "compat":
        stdout.write(answer.compat());
        break;
      case "table":
        stdout.write(tableText(answer.tables(), isColourful(stdout, env) ? COLOUR : PLAIN));
    }
  }

  /** Writes an answer that is lines of text but in JSON. */
  showText({ json, lines }: { readonly json: unknown; readonly lines: readonly string[] }): void {
    const text = this.format === "json" ? apiJson(json) : lines.join("\n");
    this.surroundings.stdout.write(`${text}\n`);
  }

  /** Ends a command that has nothing to say: only whoever parses the output gets something to parse. */
  done(): void {
    if (this.format === "json") this.surroundings.stdout.write("{}\n");
  }
}

/** Colour is for people, unless they do not want it (no-color.org). */
export function isColourful(sink: TextSink, env: Surroundings["env"]): boolean {
  return sink.isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
