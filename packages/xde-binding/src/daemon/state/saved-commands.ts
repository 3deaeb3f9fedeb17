// Which commands are kept on disk, and how they are carried out from there.

import { decodePostcard, encodePostcard, type CommandDescriptor, type CommandName, type Schema } from "opte-api/codec";
import { parsePortConfig, type PortConfig, portConfigJson, XDE_COMMANDS, XDE_EXTENSIONS } from "oxide-vpc/api";
import * as v from "valibot";
import { openPort } from "./open-port.js";
import type { Xde } from "../../device/xde.js";
import type { DeviceHandlers } from "../../ioctl/device-handlers.js";
import type { Caller } from "../../ioctl/handlers.js";
import type { CommandLog } from "./command-log.js";
import type { StateRecord } from "./frame-format.js";
import { commandRecord, jsonRecord, readCommand, readJson, RecordKind } from "./state-record.js";

type AnyDescriptor = CommandDescriptor<Schema<unknown> | undefined, unknown, CommandName>;
type AnyHandler = (request: unknown, caller?: Caller) => unknown;

/** Commands that need the right to configure and yet change nothing that a restart should bring back. */
const PASSING: ReadonlySet<CommandName> = new Set([
  "ClearUft",
  "ClearLft",
  "OpenRestore",
  "WriteRestore",
  "CommitRestore",
]);

// Unwrap: a schema writes only what it has read, or what was checked against it
const DESCRIPTORS = Object.values({ ...XDE_COMMANDS, ...XDE_EXTENSIONS }) as readonly AnyDescriptor[];
const SAVED: ReadonlyMap<number, AnyDescriptor> = new Map(
  DESCRIPTORS.filter(({ cmd, rights }) => rights === "configure" && !PASSING.has(cmd)).map((each) => [
    each.number,
    each,
  ]),
);

/** The same handlers, but that each command which is to outlive the process is written to `log` before it is carried out. */
export function savedHandlers(handlers: DeviceHandlers, log: CommandLog): DeviceHandlers {
  const saved = [...SAVED.values()].map((descriptor) => {
    const carryOut = handlerOf(handlers, descriptor.cmd);
    const handler: AnyHandler = (request, caller) => {
      const body = descriptor.request === undefined ? new Uint8Array() : encodePostcard(descriptor.request, request);
      return log.run(commandRecord(descriptor.number, body), () => carryOut(request, caller));
    };
    return [descriptor.cmd, handler] as const;
  });
  return { ...handlers, ...Object.fromEntries(saved) };
}

/** A port with all that its configuration says of it, as a record. */
export function portRecord(config: PortConfig): StateRecord {
  return jsonRecord(RecordKind.PortConfig, portConfigJson(config));
}

const portImage = v.object({ name: v.string(), snapshot: v.unknown() });

/** Carries a record out. @throws Error if it is none that this version writes, or its command fails */
export async function carryOutRecord({ kind, bytes }: StateRecord, xde: Xde, handlers: DeviceHandlers): Promise<void> {
  switch (kind) {
    case RecordKind.Command: {
      const { number, request } = readCommand(bytes) ?? {};
      const descriptor = number === undefined ? undefined : SAVED.get(number);
      if (descriptor === undefined || request === undefined) throw new Error(`There is no command ${number ?? "?"}`);
      const decoded = descriptor.request === undefined ? undefined : decodePostcard(descriptor.request, request);
      await handlerOf(handlers, descriptor.cmd)(decoded);
      break;
    }
    case RecordKind.PortConfig:
      openPort(xde, parsePortConfig(readJson(bytes)));
      break;
    case RecordKind.PortImage: {
      const { name, snapshot } = v.parse(portImage, readJson(bytes));
      const isThere = xde.ports.some((port) => port.name === name);
      (isThere ? xde.replacePort(name, snapshot) : xde.restorePort(snapshot)).port.reset();
      break;
    }
    case RecordKind.PortWithFlows: {
      const { snapshot } = v.parse(portImage, readJson(bytes));
      xde.restorePort(snapshot).port.start();
      break;
    }
    default:
      throw new Error(`There is no kind ${kind} of records`);
  }
}

function handlerOf(handlers: DeviceHandlers, name: CommandName): AnyHandler {
  // Unwrap: a handler is called with what the schema of its own command has read, or what was checked against it
  return handlers[name] as AnyHandler;
}
