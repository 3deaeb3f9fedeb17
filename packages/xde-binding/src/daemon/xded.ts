// The daemon: a device with its links, guests, saved state, command sockets and metrics.

import type { LogProvider, Providers } from "opte-core";
import type { PortConfig } from "oxide-vpc/api";
import { Xde } from "../device/xde.js";
import { extensionHandlers } from "../extension/extension-handlers.js";
import { snapshotHandlers } from "../extension/snapshot-handlers.js";
import { UdpLink } from "../link/udp/udp-link.js";
import { nodeClock } from "../provider/node-clock.js";
import { nodePeriodic } from "../provider/node-periodic.js";
import { nodeRandom } from "../provider/node-random.js";
import { StatsRegistry } from "../provider/stats-registry.js";
import { TraceHub } from "../trace/trace-hub.js";
import { applyConfig } from "./apply-config.js";
import type { SocketAddress } from "./config/socket-address.js";
import type { UnderlayConfig } from "./config/xded-config.js";
import { GuestSocket } from "./guest/guest-socket.js";
import { deviceMetrics } from "./metrics/device-metrics.js";
import { MetricsServer } from "./metrics/metrics-server.js";
import type { Metric } from "./metrics/prometheus-text.js";
import type { DeviceHandlers } from "../ioctl/device-handlers.js";
import type { IoctlProbes } from "../ioctl/ioctl-probes.js";
import { SavedDevice } from "./state/saved-device.js";

/** Name of the link to the underlay, by which `SetXdeUnderlay` takes it. */
const UNDERLAY_LINK = "udp0";

/** What a daemon is started with. */
export interface XdedOptions {
  /** Folder in which the state is kept. */
  readonly state: string;
  readonly underlay: UnderlayConfig | undefined;
  /** Path of a Unix socket for each port whose guest connects there. */
  readonly guests: ReadonlyMap<string, string>;
  /** Where metrics and health are answered; nowhere if absent. */
  readonly listen: SocketAddress | undefined;
  /** Whether flows outlive a graceful stop. */
  readonly flows: "forget" | "keep";
  /** Ports that are made if they are missing. */
  readonly ports: readonly PortConfig[];
  readonly log: LogProvider;
  /** Begins to answer clients, by an entry point with these probes. @returns what ends that */
  readonly serve: (handlers: DeviceHandlers, probes: IoctlProbes) => Promise<() => Promise<void>>;
}

/** A running daemon. */
export class Xded {
  readonly #parts: (() => Promise<void> | void)[] = [];
  readonly #log: LogProvider;
  #isStopping = false;

  private constructor(log: LogProvider) {
    this.#log = log;
  }

  /**
   * Brings the device back, makes what the configuration asks for, then opens the guests' and the clients' sockets.
   *
   * @throws Error if anything of that cannot be done; then everything is closed again
   */
  static async start(options: XdedOptions): Promise<Xded> {
    const xded = new Xded(options.log);
    try {
      await xded.#start(options);
    } catch (error) {
      await xded.stop();
      throw error;
    }
    return xded;
  }

  /** Waits for commands under way and closes everything; the state stays on disk. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const close of this.#parts.splice(0).reverse()) await close();
  }

  async #start({ state, underlay, guests, listen, flows, ports, log, serve }: XdedOptions): Promise<void> {
    const stats = new StatsRegistry();
    const trace = new TraceHub(nodeClock);
    const links = new Map<string, UdpLink>();
    const providers: Providers = {
      clock: nodeClock,
      log,
      stats,
      probes: trace.portProbes,
      periodic: nodePeriodic,
      random: nodeRandom,
    };
    const xde = new Xde({ providers, links: (name) => links.get(name), probes: trace.deviceProbes });
    this.#parts.push(() => {
      xde.close();
    });
    if (underlay !== undefined) {
      const link = await this.#openLink(underlay, xde, stats);
      links.set(link.name, link);
    }
    const handlers = { ...xde.handlers, ...extensionHandlers({ xde, stats, trace }) };
    const device = await SavedDevice.open({ folder: state, xde, handlers, log, hasLink: (name) => links.has(name) });
    this.#parts.push(() => device.close());
    await applyConfig({ ports }, xde, device, underlay === undefined ? undefined : UNDERLAY_LINK);
    for (const [portName, path] of guests) {
      const guest = await GuestSocket.listen({ xde, portName, path, log, stats });
      this.#parts.push(() => guest.close());
    }
    if (flows === "keep") this.#parts.push(() => this.#saveFlows(device));
    if (listen !== undefined) {
      const server = await MetricsServer.listen(listen, {
        metrics: () => allMetrics(xde, stats, device),
        fault: () => (this.#isStopping ? "The daemon is stopping" : device.fault),
      });
      this.#parts.push(() => server.close());
      log.log("note", `Metrics are answered on port ${server.port}`);
    }
    const snapshots = snapshotHandlers(xde, (name, snapshot) => device.replacePort(name, snapshot));
    this.#parts.push(await serve({ ...device.handlers, ...snapshots }, trace.ioctlProbes));
  }

  async #saveFlows(device: SavedDevice): Promise<void> {
    try {
      await device.saveFlows();
    } catch (error) {
      this.#log.log("error", `Flows are lost: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #openLink({ bind, peers }: UnderlayConfig, xde: Xde, stats: StatsRegistry): Promise<UdpLink> {
    const link = await UdpLink.open({
      name: UNDERLAY_LINK,
      bind,
      peers,
      groupOf: (group) => xde.mappings.m2p.get(group)?.address,
      stats,
      log: this.#log,
    });
    this.#parts.push(() => link.close());
    return link;
  }
}

function allMetrics(xde: Xde, stats: StatsRegistry, device: SavedDevice): readonly Metric[] {
  const ports = new Map(xde.ports.map(({ name, port }) => [name, port.listLayers().map((layer) => layer.name)]));
  return [
    gauge("xded_up_seconds", "Time since the process was started", process.uptime()),
    gauge("xded_memory_bytes", "Resident memory of the process", process.memoryUsage.rss()),
    gauge("xded_state_bytes", "Length of the state file", device.size),
    gauge("xded_ports", "Ports that there are", ports.size),
    ...deviceMetrics(stats, ports),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: "gauge", samples: [{ labels: {}, value }] };
}
