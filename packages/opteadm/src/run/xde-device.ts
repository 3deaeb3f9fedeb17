// The device as subcommands see it.

import type { OpteCmdName } from "opte-api";
import type { RequestOf, ResponseOf } from "opte-api/codec";
import type { XdeCommands } from "oxide-vpc/api";

/** Whoever carries out the commands of a device. */
export interface XdeDevice {
  /** @throws OpteError, as the device answers; or the error of whoever carries the request */
  call<Name extends OpteCmdName>(
    name: Name,
    request: RequestOf<XdeCommands[Name]>,
  ): Promise<ResponseOf<XdeCommands[Name]>>;
}
