// Reads what a replay is made of, and says in one line what is wrong with it.

import { readFileSync, realpathSync } from "node:fs";
import { OpteError } from "opte-api";
import { PortConfigError } from "oxide-vpc/api";
import { type EventFilter, FilterError, parseFilter } from "../replay/event-filter.js";
import { type Replay, replay } from "../replay/replay.js";
import { parseReplayConfig, type ReplayConfig } from "../replay/replay-config.js";
import { UserError } from "xde-binding/program";

/** @throws UserError if the file cannot be read, is not JSON, or describes no port that can be replayed through */
export function readConfigFile(path: string): ReplayConfig {
  const text = new TextDecoder().decode(readInputFile(path));
  try {
    return parseReplayConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw configError(path, `it is not JSON: ${error.message}`, error);
    if (!(error instanceof PortConfigError)) throw error;
    const issues = error.issues.map(({ path: field, message }) => (field === "" ? message : `${field}: ${message}`));
    throw configError(path, issues.join("; "), error);
  }
}

/** @throws UserError if no port can be made of the configuration */
export function openReplay(capture: Uint8Array, config: ReplayConfig, configPath: string): Replay {
  try {
    return replay(capture, config);
  } catch (error) {
    if (!(error instanceof OpteError)) throw error;
    throw configError(configPath, error.message, error);
  }
}

/** @throws UserError if a term is wrong */
export function readFilter(text: string | undefined): EventFilter {
  try {
    return parseFilter(text ?? "");
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UserError(error.message, { cause: error });
  }
}

/** Whether two paths lead to the same file, which is there. */
export function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** @throws UserError if the file cannot be read */
export function readInputFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`File "${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function configError(path: string, problem: string, cause: Error): UserError {
  return new UserError(`Port configuration "${path}" cannot be used: ${problem}`, { cause });
}
