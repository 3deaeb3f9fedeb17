// A port's configuration in a file.

import { decodeUtf8 } from "opte-api";
import { parsePortConfig, type PortConfig, PortConfigError } from "oxide-vpc/api";
import type { Surroundings } from "../run/surroundings.js";
import { UserError } from "xde-binding/program";

/** @throws UserError that names the file and every field at fault */
export async function readPortConfig({ readFile }: Surroundings, file: string): Promise<PortConfig> {
  let text: string;
  try {
    text = decodeUtf8(await readFile(file));
  } catch (error) {
    throw new UserError(`Cannot read "${file}": ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parsePortConfig(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof PortConfigError || error instanceof SyntaxError)) throw error;
    throw new UserError(`Cannot use "${file}": ${error.message}`);
  }
}
