// Node's side of OPTE: providers for ports that run in a Node process.

export { nodeClock } from "./provider/node-clock.js";
export { nodePeriodic } from "./provider/node-periodic.js";
export { nodeRandom } from "./provider/node-random.js";
export { StatsRegistry } from "./provider/stats-registry.js";
export { streamLog } from "./provider/stream-log.js";
