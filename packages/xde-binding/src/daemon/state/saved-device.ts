// A device whose configuration outlives the process.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogProvider } from "opte-core";
import type { PortConfig } from "oxide-vpc/api";
import type { Xde } from "../../device/xde.js";
import { CommandLog } from "./command-log.js";
import { deviceImage } from "./device-image.js";
import { openPort } from "./open-port.js";
import { replay } from "./replay.js";
import type { DeviceHandlers } from "../../ioctl/device-handlers.js";
import { carryOutRecord, portRecord, savedHandlers } from "./saved-commands.js";
import { portImageRecord, RecordKind } from "./state-record.js";
import { type OpenedState, StateFile, StateFileError } from "./state-file.js";
import { lockState, type StateLock } from "./state-lock.js";

/** Name of the state file in its folder. */
export const STATE_FILE = "xde.state";

/** What a saved device is made of. */
export interface SavedDeviceOptions {
  /** Folder of the state file; made if it is missing. */
  readonly folder: string;
  /** A device without ports and underlay. */
  readonly xde: Xde;
  /** What it answers commands with. */
  readonly handlers: DeviceHandlers;
  readonly log: LogProvider;
  /** Whether the device has a link of this name. */
  readonly hasLink: (name: string) => boolean;
}

/** A device that was brought back, and goes on being saved. */
export class SavedDevice {
  /** What clients' commands are answered with: a command that is answered is on disk. */
  readonly handlers: DeviceHandlers;
  readonly #xde: Xde;
  readonly #file: StateFile;
  readonly #commands: CommandLog;
  readonly #lock: StateLock;

  private constructor(options: SavedDeviceOptions, file: StateFile, commands: CommandLog, lock: StateLock) {
    this.handlers = refusingUnknownLinks(savedHandlers(options.handlers, commands), options);
    this.#xde = options.xde;
    this.#file = file;
    this.#commands = commands;
    this.#lock = lock;
  }

  /**
   * Makes of the device what it was when the state was last saved.
   *
   * @throws StateFileError if the state file is damaged, which leaves it as it is
   * @throws Error if another process uses the folder, or it cannot be used
   */
  static async open(options: SavedDeviceOptions): Promise<SavedDevice> {
    const { folder, xde, log, hasLink } = options;
    const handlers: DeviceHandlers = {
      ...options.handlers,
      SetXdeUnderlay: (request, caller) => {
        const missing = [request.u1, request.u2].find((name) => !hasLink(name));
        if (missing !== undefined) {
          throw new StateFileError(
            `The saved underlay needs link "${missing}", which is not configured: see --underlay`,
          );
        }
        return options.handlers.SetXdeUnderlay(request, caller);
      },
    };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockState(folder);
    let opened: OpenedState | undefined;
    try {
      const path = join(folder, STATE_FILE);
      opened = await StateFile.open(path);
      const { file, frames, tornBytes } = opened;
      if (tornBytes > 0)
        log.log("warn", `State file "${path}": cut off ${tornBytes} bytes of a write that a crash cut short`);
      const { count, refused } = await replay(path, frames, (record) => carryOutRecord(record, xde, handlers));
      log.log("note", `State file "${path}": carried out ${count} commands`);
      const warn = (text: string): void => {
        log.log("warn", text);
      };
      const commands = new CommandLog(file, { warn, image: () => deviceImage(xde) }, refused);
      // Flows of the last stop must not come back after a crash that comes long after it.
      const hasFlows = frames.some((frame) => frame.some(({ kind }) => kind === RecordKind.PortWithFlows));
      if (hasFlows) await commands.compact();
      return new SavedDevice(options, file, commands, lock);
    } catch (error) {
      await opened?.file.close();
      await lock.release();
      throw error;
    }
  }

  /** Why nothing more can be saved, if so. */
  get fault(): string | undefined {
    return this.#file.fault;
  }

  /** Length of the state file, in bytes. */
  get size(): number {
    return this.#file.size;
  }

  /** Makes a port with all that its configuration says of it. @throws OpteError as `openPort`; then nothing has changed */
  async createPort(config: PortConfig): Promise<void> {
    await this.#commands.run(portRecord(config), () => openPort(this.#xde, config));
  }

  /** Puts a snapshot in the place of a port, as `Xde.replacePort`; a restart brings it back without its flows. */
  async replacePort(name: string, snapshot: unknown): Promise<void> {
    await this.#commands.run(portImageRecord(name, snapshot), () => {
      this.#xde.replacePort(name, snapshot);
    });
  }

  /** Writes the state file anew, without the commands that led to the state. @throws Error if that fails; then it is as it was */
  compact(): Promise<void> {
    return this.#commands.compact();
  }

  /**
   * Writes the state file anew, with the flows of running ports: the next start takes them over, once. For the last moment before the
   * guests are disconnected.
   *
   * @throws Error if that fails; then the state is saved without flows
   */
  async saveFlows(): Promise<void> {
    await this.#commands.idle();
    await this.#file.replace(await deviceImage(this.#xde, "keep"));
  }

  /** Waits for commands under way, and gives the folder back. */
  async close(): Promise<void> {
    await this.#commands.idle();
    await this.#file.close();
    await this.#lock.release();
  }
}

/**
 * Lets the device refuse an underlay whose links there are not, without writing the command down: of one that is written, a restart takes it
 * that the links were there.
 */
function refusingUnknownLinks(saved: DeviceHandlers, { handlers, hasLink }: SavedDeviceOptions): DeviceHandlers {
  return {
    ...saved,
    SetXdeUnderlay: (request, caller) =>
      (hasLink(request.u1) && hasLink(request.u2) ? saved : handlers).SetXdeUnderlay(request, caller),
  };
}
