// Talking to a device in the same process: no name of Node or the DOM is needed.

export type { CancelSignal } from "../client/cancel-signal.js";
export type { CallOptions, ClientOptions, DeviceCommands } from "../client/command-caller.js";
export { XdeClient } from "../client/xde-client.js";
export { XdeClientError, type XdeClientFault } from "../client/xde-client-error.js";
export { BufferMemory, type CallerMemory } from "../ioctl/caller-memory.js";
export type { Privilege } from "../ioctl/command-dispatch.js";
export type { DeviceConnection } from "../ioctl/device-connection.js";
export type { DeviceHandlers } from "../ioctl/device-handlers.js";
export { DLDCOPYIN, DLDCOPYINOUT, DLDCOPYOUT, type DldIoctl, XDE_IOCTLS, XdeEntryPoint } from "../ioctl/dld-ioctl.js";
export type { Caller, CommandHandlers } from "../ioctl/handlers.js";
export { type EncodedAnswer, IoctlEnvelope } from "../ioctl/ioctl-envelope.js";
export type { IoctlProbes } from "../ioctl/ioctl-probes.js";
export { InProcessTransport, type InProcessOptions } from "./in-process-transport.js";
export type { IoctlAnswer, IoctlCall, Transport } from "../client/transport.js";
