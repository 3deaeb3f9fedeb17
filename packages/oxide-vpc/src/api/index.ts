// Types, requests and text forms of the VPC: what its users need to talk to a port, without an engine.

export {
  VPC_COMMANDS,
  VPC_EXTENSIONS,
  type VpcCommands,
  type VpcExtensions,
  XDE_COMMANDS,
  XDE_EXTENSIONS,
  type XdeCommand,
  xdeCommand,
  type XdeCommands,
  type XdeExtensions,
} from "./commands/vpc-commands.js";
export type { ConfigIssue } from "./config/port-config-error.js";
export { configIssue, PortConfigError } from "./config/port-config-error.js";
export { type JsonObject, type JsonValue, parsePortConfig, portConfigJson } from "./config/port-config-json.js";
export { type TextForm, textSchema } from "./config/text-schema.js";
export * from "./model.js";
