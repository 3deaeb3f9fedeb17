// Node's side of OPTE: providers for ports that run in a Node process.

export { nodeClock } from "./provider/node-clock.js";
export { nodePeriodic } from "./provider/node-periodic.js";
export { nodeRandom } from "./provider/node-random.js";
export { StatsRegistry } from "./provider/stats-registry.js";
export { streamLog } from "./provider/stream-log.js";
export { Xde } from "./device/xde.js";
export { TraceHub } from "./trace/trace-hub.js";
export type { XdeOptions } from "./device/sled.js";
export type { GuestPort } from "./device/guest-port.js";
export { type NextHop, type Routes, type StaticRoute, StaticRoutes } from "./device/routes.js";
export { Underlay, type UnderlaySlot } from "./device/underlay.js";
export type { XdeProbes } from "./device/xde-probes.js";
export type { XdeDrop } from "./device/xde-stats.js";
export * from "./in-process/index.js";
export { type ExtensionParts, extensionHandlers } from "./extension/extension-handlers.js";
export { snapshotHandlers } from "./extension/snapshot-handlers.js";
export type { FrameReceiver, Link } from "./link/link.js";
export { MemoryLink, type MemoryLinkOptions } from "./link/memory-link.js";
export {
  formatUdpEndpoint,
  parseUdpPeer,
  parseUdpUnderlay,
  type UdpEndpoint,
  type UdpPeer,
} from "./link/udp/udp-endpoint.js";
export { PcapLink } from "./link/pcap-link.js";
export { UdpLink, type UdpLinkOptions } from "./link/udp/udp-link.js";
export { type FrameProcessor, FrameRing, type ResultReceiver } from "./shard/frame-ring.js";
export {
  type ShardCommand,
  type ShardedFrameReceiver,
  type ShardedPort,
  ShardedPorts,
  type ShardOptions,
} from "./shard/sharded-ports.js";
export { SOCKET_VARIABLE, type SocketOwner, socketPaths, type SocketPaths } from "./transport/socket-path.js";
export { type UnixSocketOptions, UnixSocketServer } from "./transport/unix-socket-server.js";
export { UnixSocketTransport } from "./transport/unix-socket-transport.js";
export { IllumosDeviceTransport } from "./transport/illumos-device-transport.js";
