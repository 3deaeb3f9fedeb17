// The device as subcommands see it.

import type { CommandName, RequestOf, ResponseOf } from "opte-api/codec";
import type { XdeCommands, XdeExtensions } from "oxide-vpc/api";

/** The reference's commands and our own, by name. */
export type DeviceCommands = XdeCommands & XdeExtensions;

/** Whoever carries out the commands of a device. */
export interface XdeDevice {
  /** @throws OpteError, as the device answers; or the error of whoever carries the request */
  call<Name extends CommandName>(
    name: Name,
    request: RequestOf<DeviceCommands[Name]>,
  ): Promise<ResponseOf<DeviceCommands[Name]>>;
  /** Ends the connection. */
  close(): void | Promise<void>;
}
