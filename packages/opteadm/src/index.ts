// The command line's parts, for programs that want its output without a process.

export { describePort } from "./commands/check-config.js";
export { runCommandLine } from "./run/run-command-line.js";
export type { Surroundings, TextSink } from "./run/surroundings.js";
export type { XdeDevice } from "./run/xde-device.js";
