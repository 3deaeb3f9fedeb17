// What carries the ioctls of a client to a device.

import type { BodyFormat, OpteCmdIoctl } from "opte-api/codec";

/** One ioctl to send. */
export interface IoctlCall {
  /** Its pointers are null: who carries the call says where its memory is. `reqLen` is the length of `body`. */
  readonly argument: OpteCmdIoctl;
  readonly body: Uint8Array;
  /** The answer of the call before, of which this is the retry, waits on the connection; over another one this must not be sent. */
  readonly isRetry: boolean;
  /** Called right before something goes to the device; the call rejects with what it throws, and nothing is sent. */
  readonly beforeSend?: () => void;
}

/** What came back. */
export interface IoctlAnswer {
  /** Error number of illumos, 0 for success. */
  readonly errno: number;
  /** With what the device has written to it. */
  readonly argument: OpteCmdIoctl;
  /** What the device has written to the response buffer; empty if nothing. */
  readonly body: Uint8Array;
}

/** A way to a device. One client uses it, one call at a time. */
export interface Transport {
  /** How bodies are encoded there: in CBOR for our own device; in the binary form for a real xde, which has none of our own commands. */
  readonly format: BodyFormat;
  /** Whether a port there is a data link, whose id `CreateXde` must bring along: so of a real xde. Of our own device the id says nothing. */
  readonly hasDataLinks?: boolean;
  /** @throws XdeClientError `DriverNotAttached` or `Io` if the device cannot be reached */
  ioctl(call: IoctlCall): Promise<IoctlAnswer>;
  close(): void;
}
