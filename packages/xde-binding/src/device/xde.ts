// The xde device in user space: the ports of a sled, between their guests and the underlay (spec 05 §10–§18).

import { NO_RESP } from "opte-api";
import type { PeriodicTimer } from "opte-core";
import type { VpcMappings, VpcPort, VpcPortConfig } from "oxide-vpc";
import type { XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../ioctl/handlers.js";
import { engineHandlers } from "./handlers/engine-handlers.js";
import { mappingHandlers } from "./handlers/mapping-handlers.js";
import { multicastHandlers } from "./handlers/multicast-handlers.js";
import { portHandlers } from "./handlers/port-handlers.js";
import { Sled, type XdeOptions } from "./sled.js";

const TICK_MS = 1000;

/** A device. It runs in one thread; neither its packet paths nor its timer throw. */
export class Xde {
  /** What it answers the commands of a client with. */
  readonly handlers: CommandHandlers<XdeCommands>;
  readonly #sled: Sled;
  readonly #timer: PeriodicTimer | undefined;

  constructor(options: XdeOptions) {
    const sled = new Sled(options);
    this.#sled = sled;
    this.handlers = {
      ...portHandlers(sled),
      ...engineHandlers(sled),
      ...mappingHandlers(sled),
      ...multicastHandlers(sled),
      SetXdeUnderlay: ({ u1, u2 }) => {
        sled.setUnderlay(u1, u2);
        return NO_RESP;
      },
      ClearXdeUnderlay: () => {
        sled.clearUnderlay();
        return NO_RESP;
      },
    };
    this.#timer = options.providers.periodic?.start("xde", TICK_MS, () => {
      this.tick();
    });
  }

  /** What all ports know of the world around them. */
  get mappings(): VpcMappings {
    return this.#sled.mappings;
  }

  /** The ports, in ascending order of VNI and MAC address. */
  get ports(): readonly VpcPort[] {
    return this.#sled.ports.ordered.map(({ vpc }) => vpc);
  }

  /** The port of this name. @throws OpteError `PortNotFound` */
  port(name: string): VpcPort {
    return this.#sled.port(name).vpc;
  }

  /**
   * Creates a port as `CreateXde` does, with tables of given sizes.
   *
   * @throws OpteError `System` (EINVAL: no underlay, MTU out of range), `PortExists`, `MacExists`, `BadName`, `PortCreate`
   */
  createPort(config: VpcPortConfig): VpcPort {
    return this.#sled.createPort(config).vpc;
  }

  /** Lets flows and routes expire; to be called once a second where the providers have no timers. */
  tick(): void {
    this.#sled.tick();
  }

  /** Stops the timer. */
  close(): void {
    this.#timer?.stop();
  }
}
