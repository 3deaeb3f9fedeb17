// Errors as they are told: to people in a line or two, to scripts as an object.

import { CommanderError } from "commander";
import { OpteError } from "opte-api";
import { UsageError } from "../grammar/usage-error.js";
import { isColourful } from "../run/session.js";
import type { Surroundings, TextSink } from "../run/surroundings.js";
import { apiJson } from "./api-json.js";

const USAGE_HINT = "For more information, try '--help'.";

/** What stands on stderr for people: of an error of the device its sentence, whoever has carried it. */
export function errorText(error: unknown, sink: TextSink, env: Surroundings["env"]): string {
  const red = (text: string): string => (isColourful(sink, env) ? `\u001b[31m${text}\u001b[39m` : text);
  if (isUsage(error)) return `${red("error:")} ${usageMessage(error)}\n\n${USAGE_HINT}\n`;
  return `${red("Error:")} ${sentence(message(findOpteError(error) ?? error))}${hint(error)}\n`;
}

/** What stands on stderr for scripts made for the reference: of an error of the device what the client says, as the reference's does. */
export function compatErrorText(error: unknown): string {
  return isUsage(error) ? `error: ${usageMessage(error)}\n\n${USAGE_HINT}\n` : `Error: ${message(error)}\n`;
}

/** One line of JSON: `{"error":{"kind":…,"message":…}}`, and what belongs to the kind of an error of the device. */
export function errorJson(error: unknown): string {
  if (isUsage(error)) return apiJson({ error: { kind: "usage", message: usageMessage(error) } });
  const opteError = findOpteError(error);
  if (opteError === undefined) return apiJson({ error: { kind: kindOf(error), message: message(error) } });
  return apiJson({ error: { ...opteError.payload, errno: opteError.errno, message: opteError.message } });
}

function isUsage(error: unknown): error is UsageError | CommanderError {
  return error instanceof UsageError || error instanceof CommanderError;
}

/** Commander's message in our words. */
function usageMessage({ message: text }: Error): string {
  return text.replace(/^error: /, "").replace(/^unknown command/, "unrecognized subcommand");
}

/** Messages of the client begin small, as the reference's do. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hint(error: unknown): string {
  return kindOf(error) === "DriverNotAttached" ? " (is xded running there?)" : "";
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The device's error, whoever has carried it. */
function findOpteError(error: unknown): OpteError | undefined {
  if (error instanceof OpteError) return error;
  return error instanceof Error && error.cause !== undefined ? findOpteError(error.cause) : undefined;
}

/** A word for other errors: the client's own kinds have names. */
function kindOf(error: unknown): string {
  return error instanceof Error && "kind" in error && typeof error.kind === "string" ? error.kind : "failure";
}
