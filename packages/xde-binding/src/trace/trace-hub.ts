// Where probe points and those who read traces meet.

import {
  type CloseTraceReq,
  Errno,
  type OpenTraceReq,
  OpteError,
  type ReadTraceReq,
  type ReadTraceResp,
  type TraceEvent,
} from "opte-api";
import type { ClockProvider, FlowKey, ProbesProvider } from "opte-core";
import type { XdeProbes } from "../device/xde-probes.js";
import type { IoctlProbes } from "../ioctl/ioctl-probes.js";
import { DEVICE_LISTENERS } from "./device-listeners.js";
import { IOCTL_LISTENERS } from "./ioctl-listeners.js";
import { type Emit, PORT_LISTENERS } from "./port-listeners.js";
import { ProbeSwitch } from "./probe-switch.js";
import type { TraceFields } from "./trace-fields.js";
import { TraceSubscription } from "./trace-subscription.js";

/** Events that a trace keeps until they are read. */
const DEFAULT_CAPACITY = 16_384;

/** Most traces at a time. */
const MAX_TRACES = 64;

/**
 * Hands events to those who opened a trace. While nobody has, ports and device pay one branch at each probe point; a listener stands there
 * only as long as somebody wants it.
 */
export class TraceHub {
  readonly #ports: ProbeSwitch<ProbesProvider<FlowKey>>;
  readonly #device: ProbeSwitch<XdeProbes>;
  readonly #ioctls: ProbeSwitch<IoctlProbes>;
  readonly #subscriptions: Map<string, Set<TraceSubscription>> = new Map();
  readonly #traces: Map<number, { readonly probes: readonly string[]; readonly subscription: TraceSubscription }> =
    new Map();
  readonly #clock: ClockProvider;
  readonly #capacity: number;
  #nextId = 1;

  /** @param capacity events that each trace keeps until they are read */
  constructor(clock: ClockProvider, capacity: number = DEFAULT_CAPACITY) {
    this.#clock = clock;
    this.#capacity = capacity;
    const emit: Emit = (...event) => {
      this.#emit(...event);
    };
    const made = <Probes>(makers: Readonly<Record<string, (emit: Emit, clock: ClockProvider) => Probes>>) =>
      new Map(Object.entries(makers).map(([name, make]) => [name, make(emit, clock)]));
    this.#ports = new ProbeSwitch<ProbesProvider<FlowKey>>(made(PORT_LISTENERS), {});
    this.#device = new ProbeSwitch<XdeProbes>(made(DEVICE_LISTENERS), {});
    this.#ioctls = new ProbeSwitch<IoctlProbes>(made(IOCTL_LISTENERS), {});
  }

  /** What can be traced. */
  static get probeNames(): readonly string[] {
    return [PORT_LISTENERS, DEVICE_LISTENERS, IOCTL_LISTENERS].flatMap((listeners) => Object.keys(listeners)).sort();
  }

  /** For the ports' providers. */
  get portProbes(): ProbesProvider<FlowKey> {
    return this.#ports.probes;
  }

  /** For the device. */
  get deviceProbes(): XdeProbes {
    return this.#device.probes;
  }

  /** For the entry point. */
  get ioctlProbes(): IoctlProbes {
    return this.#ioctls.probes;
  }

  /**
   * Begins a trace; events are kept from now on.
   *
   * @param probes names as the reference's scripts have them, with or without `opte-` or `usdt-` before and `.d` behind; of the two forms
   *   of port-process, `usdt-port-process` also tells the frame
   * @returns its id
   * @throws OpteError `System` EINVAL for a probe that does not exist, or for none; EBUSY if there are too many traces
   */
  open({ probes: names, portName, flow }: OpenTraceReq): number {
    const known = TraceHub.probeNames;
    const probes = [...new Set(names.map((name) => scriptName(name, known)))];
    const unknown = probes.find((name) => !known.includes(name));
    if (unknown !== undefined || probes.length === 0) {
      const problem = unknown === undefined ? "no probe is given" : `there is no probe ${JSON.stringify(unknown)}`;
      throw system(Errno.EINVAL, `probes: ${problem}; there are ${known.join(", ")}`);
    }
    if (this.#traces.size >= MAX_TRACES) throw system(Errno.EBUSY, `there are ${MAX_TRACES} traces already`);
    const filter = { ...(portName === undefined ? {} : { portName }), ...(flow === undefined ? {} : { flow }) };
    const subscription = new TraceSubscription(filter, this.#capacity);
    for (const probe of probes) this.#add(probe, subscription);
    const id = this.#nextId++;
    this.#traces.set(id, { probes, subscription });
    return id;
  }

  /** @throws OpteError `System` ENOENT if there is no such trace */
  read({ traceId, maxEvents }: ReadTraceReq): ReadTraceResp {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) throw noTrace(traceId);
    return trace.subscription.read(maxEvents);
  }

  /** @throws OpteError `System` ENOENT if there is no such trace */
  close({ traceId }: CloseTraceReq): void {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) throw noTrace(traceId);
    this.#traces.delete(traceId);
    for (const probe of trace.probes) this.#remove(probe, trace.subscription);
  }

  /** Whether there is such a trace. */
  has(traceId: number): boolean {
    return this.#traces.has(traceId);
  }

  #add(probe: string, subscription: TraceSubscription): void {
    const subscriptions = this.#subscriptions.get(probe);
    if (subscriptions !== undefined) {
      subscriptions.add(subscription);
      return;
    }
    this.#subscriptions.set(probe, new Set([subscription]));
    for (const points of [this.#ports, this.#device, this.#ioctls]) points.turnOn(probe);
  }

  #remove(probe: string, subscription: TraceSubscription): void {
    const subscriptions = this.#subscriptions.get(probe);
    if (subscriptions?.delete(subscription) !== true || subscriptions.size > 0) return;
    this.#subscriptions.delete(probe);
    for (const points of [this.#ports, this.#device, this.#ioctls]) points.turnOff(probe);
  }

  #emit(probe: string, ports: readonly string[], flows: readonly FlowKey[], fields: () => TraceFields): void {
    let event: TraceEvent | undefined;
    for (const subscription of this.#subscriptions.get(probe) ?? []) {
      if (!subscription.wants(ports, flows)) continue;
      event ??= { probe, timeMs: Math.floor(this.#clock.nowMs()), fields: fields() };
      subscription.push(event);
    }
  }
}

/** What is traced under the name of a script. */
function scriptName(name: string, known: readonly string[]): string {
  const whole = name.replace(/\.d$/, "");
  return known.includes(whole) ? whole : whole.replace(/^(?:opte|usdt)-/, "");
}

function noTrace(traceId: number): OpteError {
  return system(Errno.ENOENT, `traceId: there is no trace ${traceId}`);
}

function system(errno: number, msg: string): OpteError {
  return new OpteError({ kind: "System", errno, msg });
}
