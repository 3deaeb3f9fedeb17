// Reaches a device over its Unix-domain socket.

import { connect, type Socket } from "node:net";
import { BodyFormat, CodecError } from "opte-api/codec";
import type { IoctlAnswer, IoctlCall, Transport } from "../client/transport.js";
import { XdeClientError } from "../client/xde-client-error.js";
import { type Frame, FrameError, FrameReader, readAnswer, requestFrame } from "./socket-frame.js";

/** A call that waits for its answer. */
interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects at the first call, and anew after a connection has ended. What is under way when one ends fails with `Io`: whether the device
 * has carried it out is then unknown. A connection keeps a process alive only while an answer is waited for.
 */
export class UnixSocketTransport implements Transport {
  readonly format: BodyFormat = BodyFormat.Cbor;
  readonly #paths: readonly string[];
  #connection: SocketConnection | undefined;
  #isClosed = false;

  /** @param paths one path, or several in the order of preference: a socket that may not be opened leaves the turn to the next */
  constructor(...paths: readonly [string, ...string[]]) {
    this.#paths = paths;
  }

  async ioctl({ argument, body, isRetry, beforeSend }: IoctlCall): Promise<IoctlAnswer> {
    if (this.#connection?.isOpen !== true) {
      if (isRetry)
        throw io("The connection ended before an answer that had not fitted was fetched: the command was carried out");
      if (this.#isClosed) throw io("The client has been closed");
      this.#connection = await this.#connect();
    }
    const connection = this.#connection;
    beforeSend?.();
    const frame = await connection.send(requestFrame(argument, body));
    try {
      return { ...readAnswer(frame), body: frame.body };
    } catch (error) {
      throw error instanceof CodecError ? io(`The device's answer makes no sense: ${error.message}`) : error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  async #connect(): Promise<SocketConnection> {
    let failure: Error = io("There is no path to a device");
    for (const path of this.#paths) {
      try {
        return await SocketConnection.open(path);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "ENOENT" || code === "ECONNREFUSED")
          throw new XdeClientError({ kind: "DriverNotAttached", path }, error);
        failure = io(`Cannot connect to "${path}": ${String(code)}`, error);
        if (code !== "EACCES") break;
      }
    }
    throw failure;
  }
}

class SocketConnection {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting: Waiting[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (piece: Uint8Array) => {
      this.#receive(piece);
    });
    socket.on("close", () => {
      this.#end(io("The connection ended before the answer came: the command's effect is unknown"));
    });
    socket.unref();
  }

  static async open(path: string): Promise<SocketConnection> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      // Errors end the connection; after it is made, that is what "close" says
      socket.on("error", reject);
    });
    return new SocketConnection(socket);
  }

  get isOpen(): boolean {
    return this.#socket.writable;
  }

  send(bytes: Uint8Array): Promise<Frame> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.ref();
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) throw new FrameError("there is an answer to no request");
        if (this.#waiting.length === 0) this.#socket.unref();
        waiting.resolve(frame);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#end(io(`The device's answer makes no sense: ${error.message}`, error));
      this.#socket.destroy();
    }
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function io(text: string, cause?: unknown): XdeClientError {
  return new XdeClientError({ kind: "Io", text }, cause);
}
