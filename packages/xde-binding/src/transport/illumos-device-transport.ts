// Reaches the real xde of illumos: its character device, by ioctl(2), through an FFI library that is loaded when it is needed.

import { closeSync, openSync } from "node:fs";
import { XDE_OPTE_CMD } from "opte-api";
import { BodyFormat, decodeOpteCmdIoctl, encodeOpteCmdIoctl } from "opte-api/codec";
import type { IoctlAnswer, IoctlCall, Transport } from "../client/transport.js";
import { XdeClientError } from "../client/xde-client-error.js";

/** The control device of xde. */
const XDE_DEVICE = "/dev/xde";

/** The C library's ioctl: 0, or the error number. `addressOf` tells where a buffer is, which must live on until the call is over. */
interface Native {
  readonly ioctl: (fd: number, request: number, argument: Uint8Array) => number;
  readonly addressOf: (buffer: Uint8Array) => bigint;
}

/**
 * Opens the device at the first call. Bodies are in the binary form, so that a client sends none of our own commands. A call blocks the
 * thread until the driver has answered. Where there is no device, which is everywhere but on illumos with xde attached, calls fail with
 * `DriverNotAttached`.
 *
 * A port of xde is a data link, and its id is for the operating system to give out: the reference's client asks dlmgmtd for one before
 * `CreateXde` and gives it back after `DeleteXde`, by way of libdladm. This does neither, as there was no illumos to try it on. So
 * `CreateXde` needs a `linkid` that was made elsewhere, and is refused with `NetadmFailed` without; an id is left after `DeleteXde`.
 */
export class IllumosDeviceTransport implements Transport {
  readonly format: BodyFormat = BodyFormat.Postcard;
  readonly hasDataLinks = true;
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string = XDE_DEVICE) {
    this.#path = path;
  }

  async ioctl({ argument, body, beforeSend }: IoctlCall): Promise<IoctlAnswer> {
    const fd = (this.#fd ??= this.#open());
    const native = await loadNative();
    const request = pinned(body.length);
    request.set(body);
    const response = pinned(argument.respLen);
    const bytes = encodeOpteCmdIoctl({
      ...argument,
      reqBytes: body.length === 0 ? 0n : native.addressOf(request),
      respBytes: response.length === 0 ? 0n : native.addressOf(response),
    });
    beforeSend?.();
    const errno = native.ioctl(fd, XDE_OPTE_CMD | 0, bytes);
    const written = decodeOpteCmdIoctl(bytes);
    const length = written.flags % 2 === 1 ? Math.min(written.respLenNeeded, response.length) : 0;
    return { errno, argument: written, body: response.subarray(0, length) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    try {
      return openSync(this.#path, "r+");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      if (code === "ENOENT" || code === "ENXIO")
        throw new XdeClientError({ kind: "DriverNotAttached", path: this.#path }, error);
      throw new XdeClientError({ kind: "Io", text: `Cannot open "${this.#path}": ${code}` }, error);
    }
  }
}

/** A buffer that stays where it is: a small array without an ArrayBuffer of its own may be moved by the garbage collector. */
function pinned(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

async function loadNative(): Promise<Native> {
  const { default: koffi } = await import("koffi").catch((cause: unknown) => {
    throw new XdeClientError(
      { kind: "Io", text: "The package koffi, which calls the driver, is not installed" },
      cause,
    );
  });
  const ioctl = koffi.load(null).func("int ioctl(int fd, int request, void *argument)");
  return {
    ioctl: (fd, request, argument) => (Number(ioctl(fd, request, argument)) === 0 ? 0 : koffi.errno()),
    addressOf: (buffer) => koffi.address(buffer),
  };
}
