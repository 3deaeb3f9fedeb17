// A device in the same process: the caller's memory is a few buffers.

import { XDE_OPTE_CMD } from "opte-api";
import { BodyFormat, type CommandRights, decodeOpteCmdIoctl, encodeOpteCmdIoctl } from "opte-api/codec";
import { BufferMemory } from "../ioctl/caller-memory.js";
import type { DeviceConnection } from "../ioctl/device-connection.js";
import type { DeviceHandlers } from "../ioctl/device-handlers.js";
import { XdeEntryPoint } from "../ioctl/dld-ioctl.js";
import type { IoctlAnswer, IoctlCall, Transport } from "../client/transport.js";

/** Options of {@link InProcessTransport}. */
export interface InProcessOptions {
  /** What the client may do; `configure` if absent. */
  readonly rights?: CommandRights;
  /** CBOR if absent. */
  readonly format?: BodyFormat;
}

/** Calls a device's entry point without leaving the process. */
export class InProcessTransport implements Transport {
  readonly format: BodyFormat;
  readonly #entryPoint: XdeEntryPoint;
  readonly #connection: DeviceConnection;

  /** @param device the handlers of a device, or the entry point that it shares with other transports */
  constructor(
    device: DeviceHandlers | XdeEntryPoint,
    { rights = "configure", format = BodyFormat.Cbor }: InProcessOptions = {},
  ) {
    this.format = format;
    this.#entryPoint = device instanceof XdeEntryPoint ? device : new XdeEntryPoint(device);
    this.#connection = this.#entryPoint.open(rights);
  }

  async ioctl({ argument, body, beforeSend }: IoctlCall): Promise<IoctlAnswer> {
    beforeSend?.();
    const memory = new BufferMemory();
    const response = new Uint8Array(argument.respLen);
    const bytes = encodeOpteCmdIoctl({ ...argument, reqBytes: memory.map(body), respBytes: memory.map(response) });
    const errno = await this.#entryPoint.ioctl(XDE_OPTE_CMD, memory.map(bytes), memory, this.#connection);
    const written = decodeOpteCmdIoctl(bytes);
    const length = written.flags % 2 === 1 ? written.respLenNeeded : 0;
    return { errno, argument: written, body: response.subarray(0, length) };
  }

  close(): void {
    this.#connection.close();
  }
}
