// The command line's parts, for programs that want its output without a process.

export { describePort } from "./commands/check-config.js";
