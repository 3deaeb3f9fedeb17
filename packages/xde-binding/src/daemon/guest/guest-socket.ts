// A Unix socket on which one guest at a time can open a port: frames behind their lengths, as QEMU's `-netdev stream` has them.

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { Frame, type LogProvider, type StatBlock, type StatsProvider } from "opte-core";
import type { GuestPort } from "../../device/guest-port.js";
import type { Xde } from "../../device/xde.js";
import { FrameSplitter, lengthPrefixed } from "./frame-splitter.js";

/** Bytes that wait for a guest that does not read; what comes then is lost, so that one guest cannot fill the memory. */
const MAX_WAITING = 1 << 20;

const FIELDS = ["rx_frames", "tx_frames", "tx_lost", "refused"] as const;
const [RX, TX, TX_LOST, REFUSED] = [0, 1, 2, 3] as const;

/** Longest name of a statistics block. */
const MAX_NAME_LEN = 30;

/** Name of the statistics block of a port's guest. */
export function guestBlockName(portName: string): string {
  return `guest_${portName}`.slice(0, MAX_NAME_LEN);
}

/** What a guest socket is made with. */
export interface GuestSocketOptions {
  readonly xde: Xde;
  readonly portName: string;
  /** Where the socket is made; one that is there from an earlier run is replaced. */
  readonly path: string;
  readonly log: LogProvider;
  readonly stats: StatsProvider;
}

/** A listening socket. The port is open while a guest is connected, and need not exist before. */
export class GuestSocket {
  readonly #options: GuestSocketOptions;
  readonly #server: Server;
  readonly #counters = new Float64Array(FIELDS.length);
  #guest: Socket | undefined;

  private constructor(options: GuestSocketOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#connected(socket);
    });
    const block: StatBlock = {
      module: "xded",
      name: guestBlockName(options.portName),
      fields: FIELDS,
      values: this.#counters,
    };
    options.stats.register(block);
  }

  /** @throws Error if the path cannot be listened on */
  static async listen(options: GuestSocketOptions): Promise<GuestSocket> {
    const guest = new GuestSocket(options);
    await rm(options.path, { force: true });
    const listening = once(guest.#server, "listening");
    // Whoever may open it is the guest: nobody else, from the first moment on.
    const previous = process.umask(0o177);
    guest.#server.listen(options.path);
    process.umask(previous);
    await listening;
    return guest;
  }

  /** Disconnects the guest and removes the socket. */
  close(): Promise<void> {
    this.#guest?.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #connected(socket: Socket): void {
    const { portName, xde } = this.#options;
    socket.on("error", () => {
      // Its "close" follows.
    });
    if (this.#guest !== undefined) {
      this.#refuse(socket, "it has a guest already");
      return;
    }
    let port: GuestPort;
    try {
      port = xde.attach(portName, (batch) => {
        this.#deliver(socket, batch);
      });
    } catch (error) {
      this.#refuse(socket, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#guest = socket;
    this.#log("note", "a guest has connected");
    const splitter = new FrameSplitter();
    socket.on("data", (piece) => {
      this.#received(port, socket, splitter, piece);
    });
    socket.on("close", () => {
      this.#guest = undefined;
      port.close();
      this.#log("note", "the guest has left");
    });
  }

  #received(port: GuestPort, socket: Socket, splitter: FrameSplitter, piece: Buffer): void {
    try {
      const frames = splitter.push(piece).map((bytes) => Frame.ofGuest(bytes));
      this.#count(RX, frames.length);
      port.send(frames);
    } catch (error) {
      this.#log("warn", `the guest is disconnected: ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
    }
  }

  #deliver(socket: Socket, batch: readonly Frame[]): void {
    for (const frame of batch) {
      if (socket.writableLength > MAX_WAITING || !socket.writable) {
        this.#count(TX_LOST, 1);
        continue;
      }
      socket.write(lengthPrefixed(frame.view()));
      this.#count(TX, 1);
    }
  }

  #refuse(socket: Socket, why: string): void {
    this.#count(REFUSED, 1);
    this.#log("warn", `a guest was refused: ${why}`);
    socket.destroy();
  }

  #count(field: number, by: number): void {
    this.#counters[field] = (this.#counters[field] ?? 0) + by;
  }

  #log(level: "note" | "warn", text: string): void {
    this.#options.log.log(level, `Guest socket of port "${this.#options.portName}": ${text}`);
  }
}
